import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { unpackText } from "../../host/packed-text.ts";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { userDataLimitBytes } from "../node/cloud-init.ts";
import { buildNetwork, waitsFor } from "../testing/build-network.ts";
import { existingBucket, goodConfig } from "../testing/good-config.ts";
import { type AskedFor, resolved, resource } from "../testing/mocks.ts";

const alarmed = {
  "imera:alarms": JSON.stringify([{ type: "ntfy", topic: "imera-7f3k" }]),
  "imera:watcher": '{"region":"ams3"}',
  "imera:deadManSwitch": "https://hc-ping.com/pingkey/",
  "imera:watchDailyHour": "7",
};

let built: ReturnType<typeof buildNetwork> | undefined;
const build = () => (built ??= buildNetwork(alarmed));

function filesOf(askedFor: readonly AskedFor[], setup: string): ReadonlyMap<string, string> {
  const { stdin } = resource(askedFor, `${setup}-configuration`).inputs;
  const { files } = JSON.parse(unpackText(String(stdin)) ?? "") as { files: { path: string; content: string }[] };
  return new Map(files.map(({ path, content }) => [path, content]));
}

function document(askedFor: readonly AskedFor[], setup: string): Record<string, unknown> {
  return JSON.parse(filesOf(askedFor, setup).get("/etc/imera/watch.json") ?? "null") as Record<string, unknown>;
}

describe("a network without alarms", () => {
  it("has no watcher, and its node no word of one", async () => {
    const { askedFor, network } = await buildNetwork();
    expect(askedFor.filter(({ name }) => name.includes("watcher"))).toEqual([]);
    expect(network.watcher).toBeUndefined();
    expect(filesOf(askedFor, "imera-xmpp1-setup").has("/etc/imera/watch.json")).toBe(false);
  });
});

describe("the watcher's droplet", () => {
  it("is in its own region, small, and reached by operators alone", async () => {
    const { askedFor } = await build();
    const { inputs } = resource(askedFor, "imera-watcher-droplet");
    expect(inputs).toMatchObject({
      region: "ams3",
      size: "s-1vcpu-512mb-10gb",
      tags: ["imera-prod-watcher"],
      ipv6: true,
    });
    expect(inputs).not.toHaveProperty("vpcUuid");
    const firewall = resource(askedFor, "imera-watcher-firewall").inputs;
    expect(firewall["tags"]).toEqual(["imera-prod-watcher"]);
    expect(firewall["inboundRules"]).toEqual([
      { protocol: "tcp", portRange: "22", sourceAddresses: goodNetworks() },
      { protocol: "tcp", portRange: "2222", sourceAddresses: goodNetworks() },
      { protocol: "icmp", sourceAddresses: ["0.0.0.0/0", "::/0"] },
    ]);
  });

  it("has the throw-away key in its user data, and no other secret, nor a server's packages", async () => {
    const { askedFor } = await build();
    const text = String(resource(askedFor, "imera-watcher-droplet").inputs["userData"]);
    expect(text.match(/PRIVATE KEY-----/g)).toHaveLength(2);
    expect(text).not.toMatch(/7f3k|pingkey|NeverSeen|backports\.list|^ +(ejabberd|postgresql)/m);
    expect(Buffer.byteLength(text)).toBeLessThan(userDataLimitBytes / 2);
  });

  it("has every module that its programs import", async () => {
    const files = filesOf((await build()).askedFor, "imera-watcher-setup");
    const library = "/usr/local/lib/imera";
    for (const [path, content] of files) {
      const [own, part] = path.startsWith(`${library}/node/`) ? ["(?:node|\\.)", "(?:node)?"] : ["node", "node"];
      const found = (pattern: string) =>
        [...content.matchAll(new RegExp(pattern, "gm"))].map(([, names = ""]) => names);
      const whole = found(`^from ${own} import (.+)$`).flatMap((names) => names.split(", "));
      const parts = found(`^from ${part}\\.(\\w+) import`);
      const missing = [...whole, ...parts].filter((name) => !files.has(`${library}/node/${name}.py`));
      expect([path, missing]).toEqual([path, []]);
    }
    expect([...files.keys()].filter((path) => /imera\/(ejabberd|backup|certificate|recovery)\//.test(path))).toEqual(
      [],
    );
  });

  it("begins to watch when the network can be reached and found, and not before", async () => {
    const after = await waitsFor((await build()).options.get("imera-watcher-setup-ready"));
    expect(after).toContain("imera-watcher-setup-secrets");
    expect(after).toContain("imera-xmpp1-public-firewall-rules");
    expect(after).toContain("imera-dns");
  });

  it("tells others where it is", async () => {
    const { watcher } = (await build()).network;
    expect(watcher && (await resolved(watcher))).toEqual({
      name: "watcher.example.org",
      publicIpv4: "203.0.113.10",
      publicIpv6: "2001:db8::10",
      sshHostKey: "ssh-ed25519 NODEKEY",
      dropletId: "4711",
    });
  });

  it("is not in a drill", async () => {
    const { askedFor } = await buildNetwork({ ...alarmed, ...existingBucket, "imera:purpose": "drill" });
    expect(askedFor.filter(({ name }) => name.includes("watcher"))).toEqual([]);
  });
});

describe("what a watcher is told", () => {
  it.each(["imera-watcher-setup", "imera-xmpp1-setup"])("is taken by the program itself: %s", async (setup) => {
    const { askedFor } = await build();
    const secrets = JSON.parse(String(resource(askedFor, `${setup}-secrets`).inputs["stdin"])) as Record<
      string,
      string
    >;
    const folder = temporaryFolder("watch");
    writeFileSync(join(folder, "watch.json"), filesOf(askedFor, setup).get("/etc/imera/watch.json") ?? "");
    writeFileSync(join(folder, "watch-secrets.json"), secrets["watchSecrets"] ?? "");
    const program = join(import.meta.dirname, "../files/usr/local/sbin/imera-watch");
    const { status, stdout, stderr } = spawnSync("python3", ["-B", program, "check", folder], { encoding: "utf8" });
    expect([status, stderr, stdout]).toEqual([0, "", expect.any(String)]);
  });

  it("is who to look at, from where, and whose sign of life to ask for", async () => {
    const { askedFor } = await build();
    expect(document(askedFor, "imera-watcher-setup")).toMatchObject({
      version: 1,
      stack: "prod",
      eye: "watcher",
      place: "ams3",
      role: "watcher",
      domain: "example.org",
      accountUser: "imera-watch",
      nodes: [{ key: "xmpp1", name: "xmpp1.example.org", publicIpv4: "203.0.113.10" }],
      resolvers: ["1.1.1.1", "8.8.8.8"],
      peer: null,
      heartbeats: ["xmpp1"],
      delaySeconds: 0,
      dailyLineHour: 7,
      ways: [{ name: "ntfy", type: "ntfy", server: "https://ntfy.sh" }],
    });
  });

  it("has each name of the DNS with all its values, as dig writes them", async () => {
    const { records } = document((await build()).askedFor, "imera-watcher-setup") as {
      records: { name: string; type: string; values: string[] }[];
    };
    const found = (name: string, type: string) =>
      records.find((record) => record.name === name && record.type === type)?.values;
    expect(found("_xmpp-client._tcp.example.org", "SRV")).toEqual(["10 1 5222 xmpp1.example.org."]);
    expect(found("example.org", "CAA")).toEqual(['0 issue "letsencrypt.org"']);
    expect(found("xmpp1.example.org", "A")).toEqual(["203.0.113.10"]);
    expect(found("turn.example.org", "AAAA")).toEqual(["2001:db8::10"]);
    // One that somebody adds would take the place of the domain's.
    expect(found("upload.example.org", "CAA")).toEqual([]);
    expect(new Set(records.map(({ name, type }) => `${name} ${type}`)).size).toBe(records.length);
  });

  it("has the node wait for the watcher, and speak for itself where there is none", async () => {
    const node = document((await build()).askedFor, "imera-xmpp1-setup");
    expect(node).toMatchObject({
      eye: "xmpp1",
      role: "node",
      heartbeats: ["watcher"],
      delaySeconds: 60,
      dailyLineHour: null,
    });
    const { askedFor } = await buildNetwork({ ...alarmed, "imera:watcher": "" });
    expect(document(askedFor, "imera-xmpp1-setup")).toMatchObject({
      heartbeats: [],
      delaySeconds: 0,
      dailyLineHour: 7,
    });
  });

  it("has its secrets apart, marked, in ASCII, with a check of its own at the dead man's switch", async () => {
    const { askedFor } = await build();
    const { inputs, secretInputs } = resource(askedFor, "imera-watcher-setup-secrets");
    expect(secretInputs).toContain("stdin");
    const { watchSecrets, ...others } = JSON.parse(String(inputs["stdin"])) as Record<string, string>;
    expect(others).toEqual({});
    expect(JSON.parse(watchSecrets ?? "")).toEqual({
      accountPassword: goodConfig().values["imera:watchPassword"],
      deadManSwitchUrl: "https://hc-ping.com/pingkey/prod-watcher",
      ways: { ntfy: { topic: "imera-7f3k", token: null } },
    });
    const plain = JSON.stringify([
      ...filesOf(askedFor, "imera-watcher-setup"),
      ...filesOf(askedFor, "imera-xmpp1-setup"),
    ]);
    expect(plain).not.toMatch(/7f3k|pingkey/);
    expect(String(resource(askedFor, "imera-xmpp1-setup-secrets").inputs["stdin"])).toContain("prod-xmpp1");
  });
});

function goodNetworks(): string[] {
  return ["203.0.113.7/32", "2001:db8:7::/48"];
}
