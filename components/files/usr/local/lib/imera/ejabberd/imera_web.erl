%% Stands before those of ejabberd's request handlers that trust the Host header. For a host that is not served, mod_host_meta
%% crashes, and mod_http_upload makes an atom of host and path, which nothing takes back: a million requests stop the server.
-module(imera_web).

-export([process/2]).

-include("ejabberd_http.hrl").

process(LocalPath, #request{host = Host, path = [First | _] = Path} = Request) ->
    case handler(First, Host, LocalPath, lists:last(Path)) of
        none -> {404, [], <<"Not Found">>};
        Handler -> Handler:process(LocalPath, Request)
    end.

handler(<<".well-known">>, Host, [], <<"xmpp-provider-v2.json">>) -> of_host(Host, mod_providers);
handler(<<".well-known">>, Host, [], _Name) -> of_host(Host, mod_host_meta);
handler(<<"upload">>, <<"upload.", Host/binary>>, [_User, _Slot, _Name], _) -> of_host(Host, mod_http_upload);
handler(<<"reset">>, <<"upload.", Host/binary>>, _LocalPath, _Name) -> of_host(Host, imera_resets);
handler(_First, _Host, _LocalPath, _Name) -> none.

of_host(Host, Handler) ->
    case lists:member(Host, ejabberd_option:hosts()) of
        true -> Handler;
        false -> none
    end.
