%% Ceiling of what one account may have kept in a day, so that nobody fills the volume: messages, and IQs that publish or save. What
%% an account may send fills up again evenly over the day. It is counted in memory, for all sessions of the account together.
-module(imera_ceiling).

-behaviour(gen_mod).

-export([start/2, stop/1, reload/3, depends/2, mod_opt_type/1, mod_options/1, mod_doc/0]).
-export([user_send_packet/1]).

-define(SECONDS_PER_DAY, 86400).

%% It outlives the process that loads the configuration: its heir is the process that outlives all.
start(Host, _Options) ->
    catch ets:new(?MODULE, [named_table, public, {heir, erlang:group_leader(), none}]),
    ejabberd_hooks:add(user_send_packet, Host, ?MODULE, user_send_packet, 10).

stop(Host) ->
    ejabberd_hooks:delete(user_send_packet, Host, ?MODULE, user_send_packet, 10).

reload(_Host, _New, _Old) -> ok.

depends(_Host, _Options) -> [].

mod_opt_type(bytes_per_day) -> econf:pos_int();
mod_opt_type(spared) -> econf:acl().

mod_options(_Host) -> [bytes_per_day, {spared, none}].

mod_doc() -> #{desc => "Ceiling of what one account may have kept in a day."}.

user_send_packet({Packet, State} = Sent) ->
    case is_kept(Packet) andalso is_refused(xmpp:get_from(Packet), byte_size_of(Packet)) of
        false ->
            Sent;
        true ->
            Text = <<"This account has sent as much as it may in a day. Try again later.">>,
            ejabberd_router:route_error(Packet, xmpp:err_resource_constraint(Text, xmpp:get_lang(Packet))),
            {stop, {drop, State}}
    end.

%% An IQ to one of somebody's devices is only passed on.
is_kept(Packet) when element(1, Packet) =:= message -> xmpp:get_type(Packet) =/= error;
is_kept(Packet) when element(1, Packet) =:= iq ->
    {_, _, Resource} = jid:tolower(xmpp:get_to(Packet)),
    xmpp:get_type(Packet) =:= set andalso Resource =:= <<>>;
is_kept(_Packet) -> false.

byte_size_of(Packet) -> byte_size(fxml:element_to_binary(xmpp:encode(Packet))).

is_refused(From, Bytes) ->
    {User, Host, _} = jid:tolower(From),
    PerDay = gen_mod:get_module_opt(Host, ?MODULE, bytes_per_day),
    Now = erlang:monotonic_time(millisecond),
    Left = left({User, Host}, PerDay, Now) - Bytes,
    if
        Left >= 0 -> ets:insert(?MODULE, {{User, Host}, Left, Now}), false;
        true -> acl:match_rule(Host, gen_mod:get_module_opt(Host, ?MODULE, spared), From) =/= allow
    end.

left(Account, PerDay, Now) ->
    case ets:lookup(?MODULE, Account) of
        [{_, Left, At}] -> min(PerDay, Left + (Now - At) * PerDay / (?SECONDS_PER_DAY * 1000));
        [] -> PerDay
    end.
