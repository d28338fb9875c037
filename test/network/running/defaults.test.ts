import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { adminAccount } from "../accounts.ts";
import { clientMachine } from "../client-machine.ts";
import { type Cloud, lookUpService, runningCloud } from "../cloud.ts";
import type { Answers } from "../clients/ask-for-anothers.ts";
import { onFirstNode } from "../first-node.ts";
import { httpsRequest } from "../https-request.ts";
import { ask } from "../outage/client-program.ts";
import { probeDirectTls } from "../../../scripts/probes/xmpp-tls.ts";

// What the network's safety rests on and its configuration does not say, or says in words that a server may read otherwise.
let cloud: Cloud;
let answers: Answers;
beforeAll(async () => {
  cloud = await runningCloud();
  const { jid, passwordFile } = adminAccount(cloud);
  const admin = { jid, password: (await readFile(passwordFile, "utf8")).trim() };
  await using machine = await clientMachine(cloud);
  answers = (await ask(machine, "ask-for-anothers.ts", { admin, domain: cloud.status.domain })) as Answers;
});

describe("an account", () => {
  it("is given nothing of another one that does not know it, but the keys to write to it", () => {
    expect(answers.asked).toEqual({
      "the roster": "forbidden",
      "private storage": "forbidden",
      "the last login": "subscription-required",
      // It is its own that the server looks into, whose name the request bears.
      "the archive": "0 messages",
      "the messages that wait": "forbidden",
      bookmarks: "not-allowed",
      "the mood": "not-authorized",
      "the keys' list": "given",
      "to publish for somebody": "forbidden",
      "the archive of a room for members": "forbidden",
      "a room's members": "forbidden",
      "another account's password": "forbidden",
      "a new account": "forbidden",
      "a command of the administrator's": "forbidden",
    });
  });

  it("keeps one item where a later one takes the place of the earlier, and many where many are meant", () => {
    expect(answers.kept).toEqual({
      "urn:xmpp:avatar:metadata": 1,
      "http://jabber.org/protocol/nick": 1,
      "http://jabber.org/protocol/mood": 1,
      "eu.siacs.conversations.axolotl.devicelist": 1,
      "urn:xmpp:omemo:2:devices": 1,
      "urn:xmpp:bookmarks:1": 3,
      "urn:xmpp:omemo:2:bundles": 3,
    });
  });
});

it("nodes of a version that kept a thousand keep one item from then on, where one is meant, and pictures that are in use", async () => {
  const { owner } = answers;
  const nodes = `SELECT nodeid FROM pubsub_node WHERE host = '${owner}'`;
  const add = (node: string, item: string, modified: string, payload: string) =>
    `INSERT INTO pubsub_item SELECT nodeid, '${item}', '${owner}', '${modified}', '${modified}', '${payload}' FROM pubsub_node
     WHERE host = '${owner}' AND node = '${node}'`;
  const data = "urn:xmpp:avatar:data";
  await sql(
    `INSERT INTO pubsub_node (host, node, parent, plugin) VALUES ('${owner}', '${data}', '', 'pep'), ('${owner}', 'urn:xmpp:microblog:0', '', 'pep')`,
    `INSERT INTO pubsub_node_option SELECT nodeid, 'max_items', '1' FROM pubsub_node WHERE host = '${owner}' AND node IN ('${data}', 'urn:xmpp:microblog:0')`,
    `UPDATE pubsub_node_option SET val = '1000' WHERE name = 'max_items' AND nodeid IN (${nodes})`,
    ...[data, "urn:xmpp:avatar:metadata", "http://jabber.org/protocol/mood", "urn:xmpp:microblog:0"].flatMap((node) => [
      add(node, "a", "000001:000001:000001", "<old/>"),
      add(node, "z", "999999:000001:000001", `<metadata><info id="a"/></metadata>`),
      add(node, "b", "000001:000001:000002", `<metadata><info id="b"/></metadata>`),
    ]),
  );
  const step = "/usr/local/lib/imera/steps/57-personal-nodes";
  expect(await onFirstNode(step)).toMatch(
    /^personal nodes: [1-9]\d* keep their last item now, [1-9]\d* older items went/,
  );
  const kept = await sql(
    `SELECT node, val, string_agg(itemid, ' ' ORDER BY itemid) FROM pubsub_node JOIN pubsub_node_option USING (nodeid) JOIN pubsub_item USING (nodeid)
     WHERE host = '${owner}' AND name = 'max_items' GROUP BY 1, 2`,
  );
  expect(kept).toEqual(
    expect.arrayContaining([
      "http://jabber.org/protocol/mood|1|z",
      "urn:xmpp:avatar:metadata|1|z",
      `${data}|1|a z`,
      "urn:xmpp:microblog:0|1000|a b z",
      "urn:xmpp:omemo:2:bundles|1000|one three two",
    ]),
  );
  expect(await onFirstNode(step)).toBe("personal nodes: one item each");
});

describe("a stranger", () => {
  it("can neither register nor log in without an account, nor with a mechanism that gives the password away", async () => {
    const { address, port } = await lookUpService(cloud, "_xmpps-client._tcp");
    const endpoint = { address, port, domain: cloud.status.domain, kind: "client" } as const;
    const { answer } = await probeDirectTls(endpoint, { ca: cloud.trustedRoots });
    expect(answer).toContain("<mechanism>SCRAM-SHA-256</mechanism>");
    expect(answer).not.toMatch(/iq-register|ANONYMOUS|DIGEST-MD5|X-OAUTH2|OAUTHBEARER/);
  });

  it.each([
    "/admin/",
    "/api/status",
    "/register/",
    "/oauth/token",
    "/reset/",
    "/invites/",
    "/captcha/1",
    "/",
    "/xml-rpc",
  ])("finds no %s on the web", async (path) => {
    expect((await httpsRequest(cloud, `https://${cloud.status.domain}${path}`)).status).toBe(404);
  });

  it("may use nothing that costs, and somebody of the network only what is meant for all", async () => {
    const { domain } = cloud.status;
    const rules = [
      "mod_http_upload_opt:access",
      "mod_proxy65_opt:access",
      "mod_muc_opt:access_create",
      "mod_muc_opt:access_persistent",
      "mod_muc_opt:access_admin",
      "mod_pubsub_opt:access_createnode",
      "mod_configure_opt:access",
    ];
    const allowed = async (user: string, host: string) => {
      const jid = `jid:make(<<"${user}">>, <<"${host}">>)`;
      const asked = rules.map((rule) => `acl:match_rule(<<"${domain}">>, ${rule}(<<"${domain}">>), ${jid})`);
      return [...(await inServer(`[${asked.join(", ")}].`)).matchAll(/allow|deny/g)].map(([word]) => word);
    };
    expect(await allowed("alice", "elsewhere.example")).toEqual(rules.map(() => "deny"));
    expect(await allowed("alice", domain)).toEqual(["allow", "allow", "allow", "allow", "deny", "allow", "deny"]);
    expect(await allowed("admin", `x.${domain}`)).toEqual(rules.map(() => "deny"));
  });
});

it("limits are numbers to the server, not names of shapers", async () => {
  const of = (rule: string) => `ejabberd_shaper:match(Host, ${rule}, jid:make(<<"alice">>, Host))`;
  const limits = ["max_user_offline_messages", "soft_upload_quota", "hard_upload_quota", "max_user_sessions"];
  const answer = await inServer(`Host = <<"${cloud.status.domain}">>, [${limits.map(of).join(", ")}].`);
  expect(answer).toMatch(/^\{ok, \[500, \d+, \d+, 10\]\}$/);
});

it.each(["ejabberd.service", "postgresql@17-main.service"])(
  "the cloud's metadata is out of reach of %s",
  async (unit) => {
    expect(await onFirstNode("systemctl", "show", "--property=IPAddressDeny", unit)).toContain("169.254.0.0/16");
  },
);

it("the cloud's metadata, where there is any, answers root and not ejabberd", async () => {
  // Its address, and a server there, for as long as the question takes.
  const script = [
    "ip addr add 169.254.169.254/32 dev lo",
    "trap 'kill $server; ip addr del 169.254.169.254/32 dev lo' EXIT",
    "python3 -m http.server --bind 169.254.169.254 8099 >/dev/null 2>&1 & server=$!",
    "curl --silent --output /dev/null --retry 20 --retry-connrefused --retry-delay 1 http://169.254.169.254:8099/ && echo root",
    `python3 -B -c '${calling}' 'element(1, gen_tcp:connect({169,254,169,254}, 8099, [], 2000)).'`,
  ];
  expect(await onFirstNode("bash", "-c", script.join("\n"))).toMatch(/^root\n\{ok, error\}\s*$/);
});

const calling =
  'import sys; sys.path.insert(0, "/usr/local/lib/imera"); from node import ejabberd; print(ejabberd.erl_call(sys.argv[1] + "\\n"))';

/** Evaluates Erlang in the running server. */
async function inServer(expression: string): Promise<string> {
  return (await onFirstNode("python3", "-B", "-c", calling, expression)).trim();
}

/** Runs SQL in the server's database; resolves to the rows, columns by `|`. */
async function sql(...statements: string[]): Promise<string[]> {
  const code =
    'import sys; sys.path.insert(0, "/usr/local/lib/imera"); from node import postgres; print(postgres.query(sys.argv[1], database="ejabberd"))';
  return (await onFirstNode("python3", "-B", "-c", code, statements.join(";\n")))
    .split("\n")
    .filter((row) => row !== "");
}
