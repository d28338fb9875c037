%% Stands before those of ejabberd's request handlers that trust the Host header. For a host that is not served, mod_host_meta
%% crashes, and mod_http_upload makes an atom of host and path, which nothing takes back: a million requests stop the server.
-module(imera_web).

-export([process/2]).

-include("ejabberd_http.hrl").

process(LocalPath, #request{host = Host, path = [First | _]} = Request) ->
    case handler(First, Host, LocalPath) of
        none -> {404, [], <<"Not Found">>};
        Handler -> Handler:process(LocalPath, Request)
    end.

handler(<<".well-known">>, Host, []) -> of_host(Host, mod_host_meta);
handler(<<"upload">>, <<"upload.", Host/binary>>, [_User, _Slot, _Name]) -> of_host(Host, mod_http_upload);
handler(_First, _Host, _LocalPath) -> none.

of_host(Host, Handler) ->
    case lists:member(Host, ejabberd_option:hosts()) of
        true -> Handler;
        false -> none
    end.
