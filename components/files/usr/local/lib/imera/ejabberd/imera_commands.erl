%% Lets through the commands (XEP-0050) that are meant for the administrator's client, and refuses every other. One access rule of
%% mod_configure's covers all of XEP-0133: what looks after accounts, and what stops the server.
-module(imera_commands).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_opt_type/1, mod_doc/0]).
-export([command/4, items/4]).

-include_lib("xmpp/include/xmpp.hrl").

start(_Host, _Opts) ->
    %% Before those who carry commands out, the first of which is at 40, and after those who list them, the last of which is at 50.
    {ok, [{hook, adhoc_local_commands, command, 10}, {hook, adhoc_local_items, items, 90}]}.

stop(_Host) -> ok.

reload(_Host, _NewOpts, _OldOpts) -> ok.

depends(_Host, _Opts) -> [{mod_adhoc, hard}].

mod_opt_type(forms) -> econf:list(econf:binary()).

mod_options(_Host) -> [{forms, []}].

mod_doc() -> #{}.

command(Acc, _From, #jid{lserver = Host}, #adhoc_command{node = Node, lang = Lang}) ->
    case is_meant(Host, Node) of
        true -> Acc;
        false -> {stop, {error, xmpp:err_forbidden(<<"Access denied by service policy">>, Lang)}}
    end.

items({result, Items}, _From, #jid{lserver = Host}, _Lang) ->
    {result, [Item || #disco_item{node = Node} = Item <- Items, is_meant(Host, Node)]};
items(Acc, _From, _To, _Lang) -> Acc.

%% api_permissions says which of the API's commands are meant. A node that is spelt otherwise may be the same to mod_configure.
is_meant(_Host, <<"api-commands/", _/binary>>) -> true;
is_meant(Host, Node) -> lists:member(Node, gen_mod:get_module_opt(Host, ?MODULE, forms)).
