import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { XMLParser } from "fast-xml-parser";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const program = join(nodeFiles, "usr/local/sbin/imera-export");
const facts = { domain: "montague.test" };

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot(facts);
});

/** Runs the program with other lines of Python before its `main`. */
function run(account: string, lines: string, output: "pipe" | "ignore" = "pipe") {
  const driver = `
import importlib.machinery, importlib.util, json, resource, sys
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("program", ${JSON.stringify(program)})
program = importlib.util.module_from_spec(importlib.util.spec_from_loader("program", loader))
loader.exec_module(program)
sys.argv = ["imera-export", ${JSON.stringify(account)}]
sys.stdout.reconfigure(encoding="utf-8")
${lines}
program.main()
`;
  const env = { ...process.env, IMERA_ROOT: node.path };
  return spawnSync("/usr/bin/python3", ["-"], {
    input: driver,
    encoding: "utf8",
    env,
    stdio: ["pipe", output, "pipe"],
  });
}

type Row = readonly [kind: string, row: object];

/** Runs it with these rows in place of the database's. */
function exported(...rows: readonly Row[]) {
  const file = JSON.stringify(node.write("/rows.json", JSON.stringify([credentials, ...rows])));
  return run("romeo", `program.stored.read_rows = lambda *_: iter(json.load(open(${file})))`);
}

const credentials: Row = [
  "credentials",
  { type: 2, password: "c3Q=", serverkey: "c2s=", salt: "c2E=", iterationcount: 4096 },
];

function contact(jid: string, more: object): Row {
  return [
    "contact",
    { jid, nick: "", subscription: "N", ask: "N", askmessage: "", approved: false, groups: [], ...more },
  ];
}

const lists = new Set(["item", "presence", "query", "items", "result"]);
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  isArray: (name) => lists.has(name),
});

function userOf(document: string): Record<string, unknown> {
  const parsed = parser.parse(document) as { "server-data": { host: { user: Record<string, unknown> } } };
  return parsed["server-data"].host.user;
}

describe("imera-export", () => {
  it("has in the roster what ejabberd's own answer has, and the requests of all who ask", () => {
    const named = { nick: "Mallory", groups: ["G"] };
    const { stdout } = exported(
      contact("asker@x", { ask: "I", askmessage: "It's <me>" }),
      contact("named-asker@x", { ask: "I", ...named, approved: true }),
      contact("unknown-asker@x", { ask: "I", subscription: "" }),
      contact("asked@x", { ask: "O", nick: "Asked" }),
      contact("once-asked@x", { ask: "S" }),
      contact("leaving@x", { ask: "U" }),
      contact("both@x", { ask: "B" }),
      contact("silent@x", {}),
      contact("asker-known@x", { subscription: "T", ask: "I" }),
      contact("friend@x", { subscription: "B", approved: true, groups: ["A & B"] }),
    );
    const { query, presence } = userOf(stdout);
    expect(query).toEqual([
      {
        xmlns: "jabber:iq:roster",
        item: [
          { jid: "asked@x", subscription: "none", name: "Asked", ask: "subscribe" },
          { jid: "once-asked@x", subscription: "none", ask: "subscribe" },
          { jid: "leaving@x", subscription: "none" },
          { jid: "both@x", subscription: "none", ask: "subscribe" },
          { jid: "silent@x", subscription: "none" },
          { jid: "asker-known@x", subscription: "to" },
          { jid: "friend@x", subscription: "both", approved: "true", group: "A & B" },
        ],
      },
    ]);
    const askers = (presence as { from: string; status?: string }[]).map(({ from, status }) => [from, status]);
    expect(askers).toEqual([
      ["asker@x", "It's <me>"],
      ["named-asker@x", undefined],
      ["unknown-asker@x", undefined],
      ["both@x", undefined],
      ["asker-known@x", undefined],
    ]);
  });

  it("writes whatever is in a name as XML can have it", () => {
    const { stdout } = exported(contact("a@x", { nick: `a\u0000b\u000bc\uffff "<]]>'&` }));
    expect(userOf(stdout)["query"]).toMatchObject([{ item: [{ name: `a\ufffdb\ufffdc\ufffd "<]]>'&` }] }]);
  });

  it("keeps carriage returns, which a reader of XML takes for line feeds where they stand as they are", () => {
    const { stdout } = exported(
      contact("a@x", { groups: ["\r"], ask: "I", subscription: "T", askmessage: "a\r\nb" }),
      ["vcard", { xml: "<vCard xmlns='vcard-temp'><ADR><LOCALITY>\r</LOCALITY></ADR><NOTE>1\r\n2</NOTE></vCard>" }],
      ["archived", { timestamp: 1, xml: "<message><body>\rc</body></message>" }],
    );
    expect(stdout).not.toContain("\r");
    for (const kept of ["<group>&#13;<", "<status>a&#13;\nb<", "<LOCALITY>&#13;<", "1&#13;\n2", "<body>&#13;c<"]) {
      expect(stdout).toContain(kept);
    }
  });

  it("leaves out what is stored and is no XML, and says so", () => {
    const broken = ["<message><body>", "text & more", "<a:b/>", "</imera><imera>", "<!DOCTYPE a><a/>", "<a>\u0001</a>"];
    const { stdout, stderr, status } = exported(
      ...broken.map((xml): Row => ["offline", { xml }]),
      ["offline", { xml: "<message xmlns='jabber:client'><body>well</body></message>" }],
      ["archived", { timestamp: 1, xml: "<message" }],
    );
    expect(status).toBe(0);
    expect(userOf(stdout)["offline-messages"]).toEqual({ message: { xmlns: "jabber:client", body: "well" } });
    expect(userOf(stdout)["archive"]).toBeUndefined();
    expect(stderr.match(/^imera-export: left out: /gm)).toHaveLength(broken.length + 1);
  });

  it("gives a message without a namespace the clients' own, not that of what is around it", () => {
    const xml = "<message to='a@x'><body>b</body></message>";
    const { stdout } = exported(["archived", { timestamp: 1_795_388_001_857_907, xml }]);
    expect(userOf(stdout)["archive"]).toMatchObject({
      xmlns: "urn:xmpp:pie:0#mam",
      result: [
        {
          id: "1795388001857907",
          forwarded: {
            delay: { stamp: "2026-11-22T22:53:21.857907Z" },
            message: { xmlns: "jabber:client", to: "a@x", body: "b" },
          },
        },
      ],
    });
  });

  it("writes a node's options in the form's own way, and lists each node's items, if any", () => {
    const options = {
      access_model: "whitelist",
      max_items: "1000",
      persist_items: "true",
      purge_offline: "false",
      roster_groups_allowed: String.raw`[<<"Fri\"ends">>,<<"Family">>]`,
      collection: "[]",
      title: "<<>>",
      children: "{broken",
      sql: "true",
    };
    const { stdout, stderr } = exported(
      ["node", { node: "a", options }],
      ["node", { node: "b", options: null }],
      ["node", { node: "c", options: null }],
      ["item", { node: "a", itemid: "1", xml: "<x xmlns='n'/>" }],
      ["item", { node: "c", itemid: "2", xml: "" }],
    );
    const fields = [...stdout.matchAll(/<field var="pubsub#(\w+)">(.*?)<\/field>/g)].map(([, name, value]) => [
      name,
      value,
    ]);
    expect(Object.fromEntries(fields)).toEqual({
      access_model: "<value>whitelist</value>",
      max_items: "<value>1000</value>",
      persist_items: "<value>1</value>",
      purge_offline: "<value>0</value>",
      roster_groups_allowed: '<value>Fri"ends</value><value>Family</value>',
      title: "<value></value>",
    });
    expect(stderr).toMatch(
      /^imera-export: left out: the option children of the node a \(.+: \{broken\), as it is stored$/m,
    );
    const [, items] = userOf(stdout)["pubsub"] as { items: unknown }[];
    expect(items?.items).toEqual([
      { node: "a", item: [{ id: "1", x: { xmlns: "n" } }] },
      { node: "b" },
      { node: "c", item: [{ id: "2" }] },
    ]);
  });

  it("keeps no more than a row in memory", () => {
    const { stderr, status } = run(
      "romeo",
      `
resource.setrlimit(resource.RLIMIT_AS, (200 * 2**20, 200 * 2**20))
def rows(*_):
    yield ${JSON.stringify(credentials)}
    for number in range(6000):
        yield ["archived", {"timestamp": number, "xml": f"<message xmlns='jabber:client'><body>{'x' * 50000}</body></message>"}]
program.stored.read_rows = rows
`,
      "ignore",
    );
    expect(stderr).toBe("");
    expect(status).toBe(0);
  });
});
