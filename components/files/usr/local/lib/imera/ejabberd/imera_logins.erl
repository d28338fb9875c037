%% Tells whoever cannot log in while the database is away that it is not for the password. ejabberd takes a password that it cannot
%% read for a wrong one: clients ask their people for another, and mod_fail2ban shuts addresses out for an hour.
-module(imera_logins).

-behaviour(gen_mod).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_doc/0]).
-export([judge/3]).

-include_lib("xmpp/include/xmpp.hrl").
-include_lib("kernel/include/logger.hrl").

%% Queries give up after ten seconds, and a login makes a few of them: some fail after the database is back.
-define(AFTERMATH_MS, 30000).
%% Other queries wait where a connection is lost; this one, of ejabberd's own keepalive, is answered at once.
-define(KEEPALIVE, [<<"SELECT 1;">>]).
-define(TEXT, <<"The server cannot look at passwords at the moment. Try again later.">>).

start(_Host, _Options) ->
    %% It outlives the process that loads the configuration: its heir is the process that outlives all.
    catch ets:new(?MODULE, [named_table, public, {heir, erlang:group_leader(), none}]),
    %% Before mod_fail2ban, which counts at 100.
    {ok, [{hook, c2s_auth_result, judge, 50}]}.

stop(_Host) -> ok.

reload(_Host, _New, _Old) -> ok.

depends(_Host, _Options) -> [].

mod_options(_Host) -> [].

mod_doc() -> #{}.

judge(#{lserver := Host} = State, {false, _}, User) ->
    case is_away(Host) of
        true ->
            ?LOG_WARNING("The database is away: the login of ~ts@~ts is refused for now, and not counted", [User, Host]),
            {stop, refuse_for_now(State)};
        false -> State
    end;
judge(State, true, _User) -> State.

is_away(Host) ->
    IsAway = not is_there(Host),
    Now = erlang:monotonic_time(millisecond),
    case ets:lookup(?MODULE, Host) of
        _ when IsAway -> ets:insert(?MODULE, {Host, Now});
        [{_, Last}] -> Now - Last < ?AFTERMATH_MS;
        [] -> false
    end.

is_there(Host) ->
    #{disconnected := Disconnected} = ejabberd_sql:get_workers_status(Host),
    Disconnected =:= 0 andalso element(1, ejabberd_sql:sql_query(Host, ?KEEPALIVE)) =:= selected.

%% It comes in the place of the server's own answer, which a stream that has ended is not given.
refuse_for_now(#{lang := Lang} = State) ->
    Refused = xmpp_stream_in:send(State, failure(State)),
    xmpp_stream_in:send(Refused, xmpp:serr_internal_server_error(?TEXT, Lang)).

failure(#{sasl2_inline_els := _}) -> #sasl2_failure{reason = 'temporary-auth-failure', text = ?TEXT};
failure(#{lang := Lang}) -> #sasl_failure{reason = 'temporary-auth-failure', text = xmpp:mk_text(?TEXT, Lang)}.
