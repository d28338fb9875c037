%% Keeps people's push registrations where this server does not find the push service: mod_push ends a registration at any error but
%% one that passes, and a name that cannot be looked up, as while this server's own resolver is away, is "not found" to ejabberd.
-module(imera_push).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_doc/0]).
-export([wait/2]).

-include_lib("xmpp/include/xmpp.hrl").

start(_Host, _Options) -> {ok, [{hook, s2s_out_bounce_packet, wait, 50}]}.

stop(_Host) -> ok.

reload(_Host, _New, _Old) -> ok.

depends(_Host, _Options) -> [{mod_push, soft}].

mod_options(_Host) -> [].

mod_doc() -> #{}.

%% Notifications are the server's own IQs; people's are bounced as they were.
wait(_State, #iq{type = set, from = #jid{luser = <<>>, lresource = <<>>}, lang = Lang} = Notification) ->
    Error = xmpp:err_remote_server_timeout(<<"The server was not reached from here">>, Lang),
    ejabberd_router:route_error(Notification, Error),
    {stop, ignore};
wait(State, _Stanza) -> State.
