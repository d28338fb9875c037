import { expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

/** Looks at a node's tokens while Cloudflare answers with a status and a body; gives severity and words of each finding. */
function look(node: NodeRoot, status: number, body: object): unknown {
  const code = `
import http.server, threading
from certificate import wanted as certificate_facts
from doctor import token_ends
class Vendor(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(${status})
        self.end_headers()
        self.wfile.write(${JSON.stringify(JSON.stringify(body))}.encode())
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Vendor)
threading.Thread(target=server.serve_forever, daemon=True).start()
certificate_facts.facts.facts()["cloudflareApiUrl"] = f"http://127.0.0.1:{server.server_port}"
found = token_ends.look()
server.shutdown()
server.server_close()
print(json.dumps([f"{each['severity']} {each['id']}: {each['seen']}. {each['advice']}" for each in found]))`;
  return node.python(code);
}

function nodeWith(tokenEnds: readonly object[] = []): NodeRoot {
  const node = nodeRoot({ tokenEnds });
  node.write("/etc/imera/secrets.json", JSON.stringify({ cloudflareToken: "token" }));
  return node;
}

const active = (end?: string) => ({ result: { status: "active", ...(end === undefined ? {} : { expires_on: end }) } });

it.each([
  ["has no end", 200, active(), /^ok dns-token: .* has no end/],
  ["ends in a month", 200, active(day(30)), /^ok dns-token: .* ends at 20/],
  ["ends in 13 days", 200, active(day(13)), /^warning dns-token: .* ends at 20.*pulumi -- up/],
  ["ends in an hour", 200, active(day(0.04)), /^warning dns-token: .* ends at 20.*pulumi -- up/],
  ["is over", 200, { result: { status: "expired" } }, /^error dns-token: .* is expired/],
  ["was switched off", 200, { result: { status: "disabled" } }, /^error dns-token: .* is disabled/],
  ["is not known there", 401, { errors: [{ code: 1000, message: "Invalid" }] }, /^error dns-token: .* 401 Invalid.*up/],
  ["cannot be judged while the API is down", 503, {}, /^ok dns-token: not known/],
  ["cannot be judged by an end that is none", 200, active("soon"), /^ok dns-token: not known/],
])("the node's token for the DNS %s", (_, status, body, words) => {
  expect(look(nodeWith(), status, body)).toEqual([expect.stringMatching(words)]);
});

it("the last word counts while the API gives none", () => {
  const node = nodeWith();
  for (const [body, words] of [
    [{ result: { status: "disabled" } }, /^error dns-token: .* is disabled/],
    [active(day(5)), /^warning dns-token: .* ends at 20/],
    [active(), /^ok dns-token: .* has no end/],
  ] as const) {
    look(node, 200, body);
    expect(look(node, 503, {})).toEqual([expect.stringMatching(words)]);
  }
  node.write("/var/lib/imera/dns-token.json", "{");
  expect(look(node, 503, {})).toEqual([expect.stringMatching(/^ok dns-token: not known/)]);
});

it("tokens of the operator's are told of from two weeks before their last day", () => {
  const until = (days: number) => day(days).slice(0, 10);
  const ends = [
    { token: "DigitalOcean", until: until(40) },
    { token: "Postmark", until: until(14) },
    { token: "Slack", until: until(0) },
    { token: "ntfy", until: until(-1) },
  ];
  expect(look(nodeWith(ends), 200, active())).toEqual([
    expect.stringMatching(/^ok dns-token/),
    expect.stringMatching(/^ok token-end:DigitalOcean/),
    expect.stringMatching(/^warning token-end:Postmark: .* works until .*another one.*imera:tokenEnds/),
    expect.stringMatching(/^warning token-end:Slack/),
    expect.stringMatching(/^error token-end:ntfy/),
  ]);
});

it("a drill has no token", () => {
  expect(look(nodeRoot({ purpose: "drill", tokenEnds: [] }), 200, active())).toEqual([]);
});
