import { expect, it } from "vitest";
import { nodeRoot } from "../../testing/node-root.ts";

/** Answers of Cloudflare's API about a token: status, body, and what the node makes of it. */
const answers: Record<string, [status: number, body: string, found: unknown]> = {
  "that works": [200, '{"success": true, "result": {"id": "1", "status": "active"}}', null],
  "that was switched off": [
    200,
    '{"success": true, "result": {"id": "1", "status": "disabled"}}',
    [/token is disabled/, /switch it on/],
  ],
  "that is over": [200, '{"result": {"status": "expired"}}', [/token is expired/, /delete it there: then 'pulumi up'/]],
  "that it does not know": [
    401,
    '{"success": false, "errors": [{"code": 1000, "message": "Invalid API Token"}]}',
    [/refuses the node's token: 401 Invalid API Token/, /run 'pulumi up': it makes another/],
  ],
  "of another address": [
    403,
    '{"errors": [{"code": 9109, "message": "Cannot use the access token from location: 203.0.113.9"}]}',
    [/403 Cannot use the access token from location/, /other addresses/],
  ],
  "in no words": [403, "<html>blocked</html>", [/refuses the node's token: 403 /, /run 'pulumi up'/]],
  "too often": [429, '{"errors": []}', [/answers 429/, /wait until it works/]],
  "on a bad day": [503, "upstream", [/answers 503/, /wait until it works/]],
  "with a page": [200, "<html></html>", [/does not answer/, /node reaches it/]],
  "with nothing in it": [200, "[]", [/none that it knows/, /pulumi up/]],
};

it("Cloudflare says what is wrong with a token, and it is told what to do", () => {
  const code = `
import http.server, threading
from certificate import dns_token
answers = json.loads(${JSON.stringify(JSON.stringify(answers, (_, value: unknown) => (value instanceof RegExp ? String(value) : value)))})
class Vendor(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.headers["Authorization"].removeprefix("Bearer ").replace("+", " ")
        status, body, _ = answers[name] if self.path == "/client/v4/user/tokens/verify" else (404, "", None)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Vendor)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}/client/v4/"
found = {name: dns_token.fault(name.replace(" ", "+"), url) for name in answers}
server.shutdown()
server.server_close()
found["of a silent vendor"] = dns_token.fault("x", url)
print(json.dumps({name: fault and [fault.why, fault.todo] for name, fault in found.items()}))`;
  const found = nodeRoot().python(code);
  const expected = Object.entries(answers).map(([name, [, , words]]) => [
    name,
    Array.isArray(words) ? words.map((word: RegExp) => expect.stringMatching(word) as string) : words,
  ]);
  expect(found).toEqual({
    ...Object.fromEntries(expected),
    "of a silent vendor": [expect.stringMatching(/does not answer: .*refused/), expect.any(String)],
  });
});
