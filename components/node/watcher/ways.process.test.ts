import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const library = fileURLToPath(new URL("../../files/usr/local/lib/imera", import.meta.url));

/** Request as a service received it. */
interface Received {
  readonly url: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

let base: string;
let status = 200;
const received: Received[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (bytes: Buffer) => (body += bytes.toString()));
  request.on("end", () => {
    received.push({ url: request.url ?? "", headers: request.headers, body });
    response.writeHead(status).end("words of the service");
  });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const sending = `
import asyncio, json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from watcher.failure import Failed
from watcher.ways.make import make_way
from watcher.world import trust
way, secret = json.loads(sys.argv[2])
told = {key: key for key in ("subject", "text", "since", "seenFrom", "command", "stack", "domain")}
told |= {"state": "trouble", "title": "title \\u00e4", "link": "https://example.org/docs"}
try:
    print(asyncio.run(make_way(way, secret, trust(None), []).send(told)))
except Failed as failure:
    print(f"failed: {failure}")
`;

async function send(way: object, secret: object): Promise<string> {
  // Not by a synchronous call: the server answers in this process.
  const words = ["-c", sending, library, JSON.stringify([{ name: "way", ...way }, secret])];
  const { stdout } = await promisify(execFile)("/usr/bin/python3", words);
  return stdout.trim();
}

const mail = { type: "mail-api", from: "watch@example.org", to: ["me@example.com"] };

it.each([
  [
    "ntfy",
    () => [
      { type: "ntfy", server: base },
      { topic: "t", token: "tk_1" },
    ],
    "/",
    "authorization",
    "Bearer tk_1",
  ],
  [
    "slack",
    () => [{ type: "slack" }, { url: `${base}/services/x` }],
    "/services/x",
    "content-type",
    "application/json",
  ],
  [
    "webhook",
    () => [{ type: "webhook" }, { url: `${base}/hook?a=b`, headers: { "X-Key": "k" } }],
    "/hook?a=b",
    "x-key",
    "k",
  ],
  [
    "postmark",
    () => [{ ...mail, api: "postmark", url: `${base}/email` }, { token: "t" }],
    "/email",
    "x-postmark-server-token",
    "t",
  ],
  [
    "resend",
    () => [{ ...mail, api: "resend", url: `${base}/emails` }, { token: "t" }],
    "/emails",
    "authorization",
    "Bearer t",
  ],
  [
    "brevo",
    () => [{ ...mail, api: "brevo", url: `${base}/v3/smtp/email` }, { token: "t" }],
    "/v3/smtp/email",
    "api-key",
    "t",
  ],
  [
    "mailgun",
    () => [{ ...mail, api: "mailgun", url: `${base}/messages` }, { token: "t" }],
    "/messages",
    "authorization",
    `Basic ${Buffer.from("api:t").toString("base64")}`,
  ],
] as const)("%s: sends what the service takes, and says whether it took it", async (_, make, url, header, value) => {
  const [way, secret] = make() as [object, object];
  status = 200;
  expect(await send(way, secret)).toBe("127.0.0.1 answered 200");
  expect(received.at(-1)).toMatchObject({ url, headers: { [header]: value } });
  expect(decodeURIComponent(received.at(-1)?.body.replaceAll("+", " ") ?? "")).toMatch(/title (ä|\\u00e4)/);
  status = 403;
  // The address is a password: no part of it is told.
  expect(await send(way, secret)).toBe("failed: 127.0.0.1 answered 403: words of the service");
});

it("names settings and secrets that are missing, unknown or of another kind, all at once", async () => {
  const checking = `
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
from watcher.ways.make import way_problems
print(json.dumps(list(way_problems(*json.loads(sys.argv[2])))))
`;
  const ways = [
    { name: "a", type: "ntfy", server: 1 },
    { name: "a", type: "pigeon" },
    { name: "b", type: "slack", color: "red" },
  ];
  const given = [{ ways }, { ways: { a: { topic: "t" }, c: {} } }];
  const { stdout } = await promisify(execFile)("/usr/bin/python3", ["-c", checking, library, JSON.stringify(given)]);
  expect(JSON.parse(stdout)).toEqual([
    "watch.json.ways: two have one name",
    "watch.json.ways[0].server: expected a text",
    "watch-secrets.json.ways.a.token: is missing",
    expect.stringContaining("watch.json.ways[1].type: expected one of xmpp, ntfy"),
    "watch.json.ways[2].color: is not known",
    "watch-secrets.json.ways.b: expected an object",
    "watch-secrets.json.ways.c: there is no such way",
  ]);
});
