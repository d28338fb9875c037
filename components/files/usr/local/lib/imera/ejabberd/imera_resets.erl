%% Page on which whoever has the link gives an account a new password, once. "imera-reset" on the node makes the links, and keeps only
%% the digests of their tokens: neither the database nor a backup has a link in it.
-module(imera_resets).

-behaviour(gen_mod).

-export([start/2, stop/1, reload/3, depends/2, mod_options/1, mod_doc/0]).
-export([process/2, remove_user/2]).

-include("ejabberd_http.hrl").
-include_lib("kernel/include/logger.hrl").

%% Wrong tokens from one address until it has to wait for the next window.
-define(MOST_WRONG, 20).
-define(WINDOW_SECONDS, 600).
-define(MOST_BYTES, 1023).

start(_Host, _Opts) ->
    %% It outlives the process that loads the configuration: its heir is the process that outlives all.
    catch ets:new(?MODULE, [named_table, public, {heir, erlang:group_leader(), none}]),
    {ok, [{hook, remove_user, remove_user, 50}]}.

stop(_Host) -> ok.

reload(_Host, _NewOpts, _OldOpts) -> ok.

depends(_Host, _Opts) -> [].

mod_options(_Host) -> [].

mod_doc() -> #{}.

remove_user(User, Host) ->
    ejabberd_sql:sql_query(Host, [<<"delete from imera.reset_link where username=">>, text(User), <<" and server_host=">>, text(Host)]),
    ok.

%% Opening a link changes nothing: programs that look into mail open links, too. A link has the host of uploads, as the domain's own
%% address may be that of a web site.
process([Token], #request{method = Method, host = <<"upload.", Host/binary>>, lang = Lang} = Request) when Method =:= 'GET'; Method =:= 'POST' ->
    Address = address(Request),
    case is_shut_out(Address) orelse find(Host, Token) of
        true -> imera_reset_page:told(503, Lang, limited);
        none -> note_wrong(Address), imera_reset_page:told(404, Lang, invalid);
        error -> imera_reset_page:told(503, Lang, failed);
        User when Method =:= 'GET' -> imera_reset_page:form(200, Lang, jid(User, Host), none);
        User -> change(User, Host, Token, Request)
    end;
process(_Path, #request{lang = Lang}) -> imera_reset_page:told(404, Lang, invalid).

change(User, Host, Token, #request{lang = Lang, q = Fields}) ->
    Password = proplists:get_value(<<"password">>, Fields, <<>>),
    case problem(Password, proplists:get_value(<<"again">>, Fields, <<>>), User, Host) of
        none -> replace(User, Host, Token, Password, Lang);
        Problem -> imera_reset_page:form(400, Lang, jid(User, Host), Problem)
    end.

%% Of two who come at the same moment, one takes the link.
replace(User, Host, Token, Password, Lang) ->
    case take(Host, Token) of
        User ->
            case ejabberd_auth:set_password(User, Host, Password) of
                ok ->
                    %% With a session its token for later logins (XEP-0484) ends, too.
                    ejabberd_sm:kick_user(User, Host),
                    ?LOG_INFO("~ts@~ts has a new password, by a link", [User, Host]),
                    imera_reset_page:changed(Lang, jid(User, Host));
                Refused ->
                    ?LOG_ERROR("~ts@~ts did not get the new password of a link: ~p", [User, Host, Refused]),
                    imera_reset_page:told(503, Lang, failed)
            end;
        _ -> imera_reset_page:told(404, Lang, invalid)
    end.

problem(Password, Again, _User, _Host) when Password =/= Again -> different;
problem(Password, _Again, User, Host) ->
    Prepared = jid:resourceprep(Password),
    Names = [User, jid(User, Host)],
    if
        Prepared =:= error; byte_size(Password) > ?MOST_BYTES -> unacceptable;
        true ->
            case string:length(Password) < imera_reset_page:least_characters() orelse lists:member(string:lowercase(Password), Names) of
                true -> weak;
                false -> none
            end
    end.

find(Host, Token) ->
    name(Host, [<<"select username from imera.reset_link as l where ">>, is_good(Host, Token)]).

take(Host, Token) ->
    name(Host, [<<"with taken as (delete from imera.reset_link as l where ">>, is_good(Host, Token), <<" returning username) ">>,
                <<"select username from taken">>]).

%% A link is of the password that it is to replace: whoever got another one since, in whatever way, or a new account, has none.
is_good(Host, Token) ->
    Digest = binary:encode_hex(crypto:hash(sha256, Token), lowercase),
    [<<"digest='">>, Digest, <<"' and server_host=">>, text(Host), <<" and expires_at>now() and exists (select from users as u">>,
     <<" where u.username=l.username and u.server_host=l.server_host and md5(u.password)=any(l.keys))">>].

name(Host, Query) ->
    case ejabberd_sql:sql_query(Host, Query) of
        {selected, _, [[User]]} -> unless_banned(User, Host);
        {selected, _, []} -> none;
        _ -> error
    end.

unless_banned(User, Host) ->
    case mod_admin_extra:get_ban_details(User, Host) of
        [] -> User;
        _ -> none
    end.

jid(User, Host) -> jid:encode({User, Host, <<>>}).

text(Text) -> ejabberd_sql:to_string_literal(pgsql, Text).

%% The listener has IPv4 addresses as IPv6 ones. Whoever has a real one of those has a network of them.
address(#request{ip = {{0, 0, 0, 0, 0, 16#ffff, A, B}, _Port}}) -> {A, B};
address(#request{ip = {{A, B, C, D, _, _, _, _}, _Port}}) -> {A, B, C, D};
address(#request{ip = {Address, _Port}}) -> Address.

is_shut_out(Address) -> ets:lookup_element(?MODULE, {window(), Address}, 2, 0) >= ?MOST_WRONG.

note_wrong(Address) ->
    Window = window(),
    ets:insert_new(?MODULE, {window, Window}),
    %% What is of another window is forgotten.
    case ets:lookup_element(?MODULE, window, 2, Window) of
        Window -> ok;
        _ -> ets:delete_all_objects(?MODULE), ets:insert(?MODULE, {window, Window})
    end,
    ets:update_counter(?MODULE, {Window, Address}, 1, {{Window, Address}, 0}).

window() -> erlang:monotonic_time(second) div ?WINDOW_SECONDS.
