%% Writes the page of imera_resets. It has no script, and loads nothing.
-module(imera_reset_page).

-export([form/4, told/3, changed/2, least_characters/0]).

-define(LEAST_CHARACTERS, 8).
-define(STYLE, <<"body{font:1.1em/1.5 sans-serif;max-width:26em;margin:2em auto;padding:0 1em;color:#111;background:#fff}"
                 "h1{font-size:1.3em}input,button{font:inherit;box-sizing:border-box;width:100%;padding:.6em;margin:.2em 0 1em}"
                 "button{background:#06c;color:#fff;border:0;border-radius:.3em}.wrong{color:#b00}">>).

least_characters() -> ?LEAST_CHARACTERS.

form(Status, Lang, Account, Problem) ->
    answer(Status, Lang,
           [paragraph(Lang, advice), problem(Lang, Problem), <<"<form method=\"post\"><label>JID">>,
            <<"<input name=\"account\" autocomplete=\"username\" readonly value=\"">>, fxml:crypt(Account), <<"\"></label>">>,
            field(Lang, <<"password">>, new), field(Lang, <<"again">>, again),
            <<"<button>">>, words(Lang, title), <<"</button></form>">>]).

field(Lang, Name, Label) ->
    [<<"<label>">>, words(Lang, Label), <<"<input type=\"password\" name=\"">>, Name,
     <<"\" autocomplete=\"new-password\" required minlength=\"">>, integer_to_binary(?LEAST_CHARACTERS), <<"\"></label>">>].

problem(_Lang, none) -> [];
problem(Lang, Problem) -> [<<"<p class=\"wrong\">">>, words(Lang, Problem), <<"</p>">>].

told(Status, Lang, Text) -> answer(Status, Lang, paragraph(Lang, Text)).

changed(Lang, Account) -> answer(200, Lang, [paragraph(Lang, changed), <<"<p>">>, fxml:crypt(Account), <<"</p>">>]).

paragraph(Lang, Text) -> [<<"<p>">>, words(Lang, Text), <<"</p>">>].

answer(Status, Lang, Body) ->
    Title = words(Lang, title),
    {Status, headers(),
     iolist_to_binary([<<"<!doctype html><html><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">">>,
                       <<"<title>">>, Title, <<"</title><style>">>, ?STYLE, <<"</style></head><body><h1>">>, Title, <<"</h1>">>, Body,
                       <<"</body></html>">>])}.

headers() ->
    Style = base64:encode(crypto:hash(sha256, ?STYLE)),
    [{<<"Content-Type">>, <<"text/html; charset=utf-8">>},
     {<<"Cache-Control">>, <<"no-store">>},
     {<<"Referrer-Policy">>, <<"no-referrer">>},
     {<<"X-Content-Type-Options">>, <<"nosniff">>},
     {<<"X-Robots-Tag">>, <<"noindex">>},
     {<<"Content-Security-Policy">>,
      <<"default-src 'none'; style-src 'sha256-", Style/binary, "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'">>}].

words(Lang, Text) -> fxml:crypt(translate:translate(Lang, text(Text))).

%% ejabberd's own, which it has in thirty languages.
text(title) -> <<"Reset Password">>;
text(advice) -> <<"Enter a secure password that you do not use anywhere else.">>;
text(new) -> <<"New Password">>;
text(again) -> <<"Password Verification">>;
text(different) -> <<"The passwords are different">>;
text(unacceptable) -> <<"The password contains unacceptable characters">>;
text(weak) -> <<"The password is too weak">>;
text(changed) -> <<"The password of your XMPP account was successfully changed.">>;
text(invalid) -> <<"The token provided is either invalid or expired.">>;
text(limited) -> <<"Traffic rate limit is exceeded">>;
text(failed) -> <<"Sorry, there was a problem changing your account password.">>.
