%% Has a login by PLAIN make those hashes of a password that its account lacks. Who comes from another server may have one hash alone, and
%% is refused by each client that picks another mechanism. ejabberd itself makes them for clients with XEP-0480 only.
-module(imera_hashes).

-behaviour(gen_mod).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_doc/0]).
-export([remember/3, complete/3]).

-include_lib("xmpp/include/xmpp.hrl").
-include_lib("kernel/include/logger.hrl").

start(_Host, _Options) ->
    %% Behind imera_logins.
    {ok, [{hook, c2s_handle_recv, remember, 50}, {hook, c2s_auth_result, complete, 60}]}.

stop(_Host) -> ok.

reload(_Host, _New, _Old) -> ok.

depends(_Host, _Options) -> [].

mod_options(_Host) -> [].

mod_doc() -> #{}.

%% The process of the connection keeps it until it has been judged, in a function: what a process has comes into the log where it
%% crashes, and of a function its name alone.
remember(State, _Element, #sasl_auth{mechanism = <<"PLAIN">>, text = Text}) -> keep(State, Text);
remember(State, _Element, #sasl2_authenticate{mechanism = <<"PLAIN">>, initial_response = Text}) -> keep(State, Text);
remember(State, _Element, _Packet) -> State.

keep(State, Text) when is_binary(Text) ->
    put(?MODULE, fun() -> Text end),
    State;
keep(State, _None) -> State.

complete(#{lserver := Host} = State, true, User) ->
    case erase(?MODULE) of
        undefined -> ok;
        Text -> complete(User, Host, binary:split(Text(), <<0>>, [global]), lacks(User, Host))
    end,
    State;
complete(State, _Failed, _User) ->
    erase(?MODULE),
    State.

complete(User, Host, [_, _, Password], true) ->
    case ejabberd_auth:set_password(User, Host, Password) of
        ok -> ?LOG_INFO("The password of ~ts@~ts has all its hashes now", [User, Host]);
        Other -> ?LOG_WARNING("The password of ~ts@~ts still lacks a hash: ~p", [User, Host, Other])
    end;
complete(_User, _Host, _Words, _IsLacking) -> ok.

lacks(User, Host) ->
    [UserText, HostText] = [ejabberd_sql:to_string_literal(pgsql, Text) || Text <- [User, Host]],
    Query = [<<"select type from users where username=">>, UserText, <<" and server_host=">>, HostText],
    case ejabberd_sql:sql_query(Host, Query) of
        {selected, _, Types} -> Types =/= [] andalso length(Types) < length(ejabberd_option:auth_stored_password_types(Host));
        _ -> false
    end.
