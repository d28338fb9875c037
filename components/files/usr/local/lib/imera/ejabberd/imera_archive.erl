%% Sees to it that a message is in the archive before anybody is told that the server has it. mod_mam does not look at the result of
%% its writing: what it could not write while the database was away is acknowledged all the same, and kept nowhere.
-module(imera_archive).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_doc/0]).
-export([keep/8, forget_senders_archive/1]).

-include_lib("xmpp/include/xmpp.hrl").
-include_lib("kernel/include/logger.hrl").

%% A database that was killed is back in seconds, and connections that died in silence are given up after fifteen.
-define(PATIENCE_MS, 60000).
-define(INTERVAL_MS, 500).
%% What the database refuses, it refuses again.
-define(MOST_WRITES, 5).

start(_Host, _Opts) ->
    %% mod_mam writes at 100, and at 88 into the archive of whoever receives.
    {ok, [{hook, store_mam_message, keep, 110}, {hook, user_receive_packet, forget_senders_archive, 87}]}.

stop(_Host) -> ok.

reload(_Host, _NewOpts, _OldOpts) -> ok.

depends(_Host, _Opts) -> [{mod_mam, hard}].

mod_options(_Host) -> [].

mod_doc() -> #{}.

keep(#message{} = Message, User, Server, Peer, Nick, Type, Direction, IsInRoomArchive) ->
    Write = fun() -> mod_mam:store_mam_message(Message, User, Server, Peer, Nick, Type, Direction, IsInRoomArchive) end,
    Deadline = erlang:monotonic_time(millisecond) + ?PATIENCE_MS,
    wait_for(query(Message, User, Server, Type), Write, ?MOST_WRITES, Deadline),
    Message;
keep(Other, _User, _Server, _Peer, _Nick, _Type, _Direction, _IsInRoomArchive) -> Other.

%% That the sender's archive has a message says nothing of the receiver's: mod_stream_mgmt would drop it with a lost stream.
forget_senders_archive({#message{} = Message, State}) -> {xmpp:del_meta(Message, mam_archived), State};
forget_senders_archive(Other) -> Other.

wait_for({Host, Text} = Query, Write, WritesLeft, Deadline) ->
    Answer = ejabberd_sql:sql_query(Host, Text),
    IsTimeLeft = erlang:monotonic_time(millisecond) < Deadline,
    case Answer of
        {selected, _, [_ | _]} -> ok;
        {selected, _, []} when WritesLeft > 0, IsTimeLeft ->
            timer:sleep(?INTERVAL_MS),
            Write(),
            wait_for(Query, Write, WritesLeft - 1, Deadline);
        %% Nobody knows: the database may have the message, and would have it twice.
        {error, _} when IsTimeLeft ->
            timer:sleep(?INTERVAL_MS),
            wait_for(Query, Write, WritesLeft, Deadline);
        _ -> ?LOG_ERROR("A message is in no archive; the database answered ~p", [Answer])
    end.

query(Message, User, Server, Type) ->
    Host = ejabberd_router:host_of_route(Server),
    Owner = case Type of
                chat -> User;
                groupchat -> jid:encode({User, Server, <<>>})
            end,
    [OwnerText, HostText] = [ejabberd_sql:to_string_literal(pgsql, Text) || Text <- [Owner, Host]],
    Id = integer_to_binary(xmpp:get_meta(Message, stanza_id)),
    {Host,
     [<<"select 1 from archive where username=">>, OwnerText, <<" and server_host=">>, HostText, <<" and timestamp=">>, Id]}.
