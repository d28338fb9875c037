import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { notYet, waitUntil } from "../../../host/wait-until.ts";
import { adminAccount } from "../accounts.ts";
import { type Cloud, firstNode, runningCloud } from "../cloud.ts";
import { nodeMachine, type NodeMachine, query } from "../outage/node.ts";
import { operatorCommand } from "../outage/operator.ts";
import { endToken } from "../doctor/vendor-faults.ts";
import { type Peer, startPeer } from "../peer.ts";
import { type AlarmServer, startAlarmServer, unfolded } from "./alarm-server.ts";
import {
  alarmNetwork,
  type AlarmedNetwork,
  onWatcher,
  sayDailyLine,
  watcherRegion,
  watchersSay,
  watchersSeeAllWell,
} from "./alarmed-network.ts";
import { type Alarm, openReceivers, type Receivers, watcherFiles, writeTo } from "./watching.ts";

const watcher = "imera-watch";
const made = new AsyncDisposableStack();
let cloud: Cloud;
let node: NodeMachine;
let peer: Peer;
let server: AlarmServer;
let receivers: Receivers;
let network: AlarmedNetwork;

beforeAll(async () => {
  const directory = await mkdtemp(path.join(tmpdir(), "imera-alarms-"));
  made.defer(() => rm(directory, { recursive: true }));
  cloud = await runningCloud();
  node = await nodeMachine();
  [peer, server] = await Promise.all([startPeer(directory, cloud), startAlarmServer()]);
  made.use(peer);
  made.use(server);
  receivers = made.use(await openReceivers(cloud, peer, server));
  network = await alarmNetwork(server, receivers, peer.domain);
  made.defer(() => network.end());
  // Told of two examinations later.
  made.defer(await endToken());
  await node.shell("systemctl start imera-watch-node");
  await watchersSeeAllWell();
});
afterAll(() => made.disposeAsync());

describe("a droplet that watches", () => {
  it("sees everything work, and `npm run status` says that it watches", async () => {
    expect(await onWatcher("imera-watch check")).toBe("");
    const { output } = await operatorCommand("status");
    expect(output).toMatch(/watcher\s+watches from/);
  });
});

describe("a server that dies", () => {
  const dead = "the server on xmpp1.imera.test does not answer";

  it("is told by every way: what users notice, since when, seen from where, what to do; and nothing that rests on it", async () => {
    await kill();
    try {
      const ways = [
        told("chat", dead),
        told("ntfy", dead),
        mailed(dead),
        posted("/email", dead),
        posted("/hook", dead),
      ];
      for (const text of await Promise.all(ways)) {
        expect(text).toMatch(/Users: nobody can log in or write there/);
        expect(text).toMatch(/Since \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/);
        expect(text).toMatch(`Seen from watcher in ${watcherRegion}`);
        expect(text).toMatch("npm run doctor -- --stack local");
        expect(text).toMatch("watching.md#server");
      }
      expect(await told("chat", dead)).not.toMatch(/message|database|log in on|port \d/i);
    } finally {
      await revive();
    }
    // A minute passes until the node tells of that; what comes next needs no watcher.
    await onWatcher("systemctl stop imera-watch");
  });
});

it("watcher, nodes, backups and renewals tell the dead man's switch that they are there", async () => {
  await node.shell("systemctl start imera-backup.service certbot.service", { timeoutMs: 120_000 });
  const pinged = async () => (await server.posts()).map((post) => post.path);
  for (const what of ["watcher", "xmpp1", "xmpp1-backup", "xmpp1-certificate"]) {
    await until(`a ping of ${what}`, async () => (await pinged()).includes(`/switch/local-${what}`));
  }
});

it("`npm run alarm -- test` tries each way, and says what came of it", async () => {
  const { exitCode, output } = await operatorCommand("alarm", "test");
  expect(exitCode, output).toBe(0);
  const said = output.split("\n").filter((line) => line.startsWith("{"));
  expect(said.map((line) => JSON.parse(line) as unknown)).toHaveLength(5);
  const test = `${cloud.status.domain}: a test of alarms`;
  expect(await told("chat", test)).toMatch(/npm run alarm -- test/);
  expect(await told("ntfy", test)).toMatch(/npm run alarm -- test/);
  const mail = await mailed(test);
  expect(mail).toMatch(/^To: me@example\.com$/m);
  expect(mail).toMatch(new RegExp(`^Subject: ${test}$`, "m"));
  const posts = await server.posts();
  const api = posts.find((post) => post.path === "/email" && post.body.includes(test));
  expect(api?.headers).toMatchObject({ "x-postmark-server-token": "postmark-token" });
  expect(JSON.parse(api?.body ?? "")).toMatchObject({ To: "me@example.com", Subject: test });
  const hook = posts.find((post) => post.path === "/hook" && post.body.includes(test));
  expect(JSON.parse(hook?.body ?? "")).toMatchObject({ state: "test", title: test, domain: cloud.status.domain });
});

it("a watcher whose password is refused says so, and its address is not banned for it", async () => {
  await using files = await watcherFiles(cloud, receivers, { secrets: { accountPassword: "another" } });
  await using running = await files.start();
  const words = `the password of ${watcher}@${cloud.status.domain} is another one there`;
  expect(await told("chat", words), running.log()).toMatch(/not-authorized[^]*pulumi -- up[^]*tried again in \d+ s/);
  expect(await node.shell(`python3 -B -c '${failedLogins}'`)).toMatch(/^\{ok, *\[\{failed, *[1-7]\}\]\}$/);
});

describe("a watcher that is silent", () => {
  it("is told of by the node", async () => {
    expect(await told("chat", "the eye on watcher is silent")).toMatch(/Seen from xmpp1 in /);
  });

  it("tells the end of what was before, with its length, when it is back", async () => {
    await onWatcher("systemctl start imera-watch");
    const over = "over: the server on xmpp1.imera.test answers again";
    expect(await told("chat", over)).toMatch(/It lasted (\d+ min )?\d+ s, from \d{4}-[^ ]+Z to \d{4}-[^ ]+Z/);
    expect(await told("ntfy", over)).toMatch(/It lasted/);
  });
});

it("the daily line says that all is well", async () => {
  await sayDailyLine();
  expect(await told("chat", `${cloud.status.domain}: all is well`)).toMatch(
    /All \d+ subjects work\.[^]*Seen from daily in /,
  );
  await told("ntfy", "all is well");
});

describe("a server that dies again", () => {
  it("is called unstable, once; a way that fails meanwhile is told of by another, and has it later", async () => {
    await server.inside("systemctl", "stop", "ntfy");
    await kill();
    const unstable = "unstable: the server on xmpp1.imera.test";
    try {
      expect(await told("chat", unstable)).toMatch(/has not changed for ten minutes/);
      expect(await told("chat", "the way phone does not work")).toMatch(/npm run doctor[^]*watching\.md#ways/);
    } finally {
      await Promise.all([revive(), server.inside("systemctl", "start", "ntfy")]);
    }
    await told("ntfy", unstable);
    const { chat } = await receivers.received();
    const all = chat.map(({ text }) => text).filter((text) => /the server on[^]*Seen from watcher/.test(text));
    // A watcher that was stopped sends again what it did not know to have arrived.
    expect([...new Set(all)]).toHaveLength(3);
  });
});

it("a droplet that nothing reaches is told of, and not its services", async () => {
  await node.shell(
    "nft 'add table inet gone; add chain inet gone input { type filter hook input priority -200; }; add rule inet gone input meta iif != lo drop'",
  );
  try {
    const text = await told("chat", "xmpp1.imera.test cannot be reached");
    expect(text.split("\n")[0]).toBe(`${cloud.status.domain}: xmpp1.imera.test cannot be reached`);
    expect(text).toMatch(/nobody can log in or write there/);
  } finally {
    await node.shell("nft delete table inet gone");
  }
});

it("a token near its end is told of by the node whose it is", async () => {
  const text = await told("chat", "xmpp1: dns token");
  expect(text).toMatch(/Seen: Cloudflare's token of the node ends at .*pulumi -- up[^]*Seen from xmpp1 in /);
});

it("a restart that the node announces is known to every watcher", async () => {
  await node.shell("/usr/local/lib/imera/announce-restart");
  await watchersSay(/^the server restarts, as it says/m);
});

describe("the watcher's account", () => {
  it("takes nothing of strangers, from here or from elsewhere", async () => {
    const to = `${watcher}@${cloud.status.domain}`;
    const admin = adminAccount(cloud);
    expect(await writeTo(cloud, { ...admin, host: firstNode(cloud).publicIpv4, to })).not.toBeNull();
    expect(await writeTo(cloud, { ...peer.account, host: peer.ipv4, to })).not.toBeNull();
    const rows = await query(
      node,
      `SELECT count(*) FROM archive WHERE username = '${watcher}' AND txt LIKE '%is this read?%';`,
    );
    expect(rows).toEqual(["0"]);
  });

  it("is in nobody's archive but its own, which is emptied", async () => {
    const others = `SELECT count(*) FROM archive WHERE username <> '${watcher}' AND bare_peer LIKE '${watcher}@%' AND xml NOT LIKE '%is this read?%';`;
    expect(await query(node, others)).toEqual(["0"]);
    expect(await query(node, `SELECT count(*) FROM spool WHERE username = '${watcher}';`)).toEqual(["0"]);
    const delete_ = "from watch import leftovers; leftovers.KEEP_SECONDS = 0; print(leftovers.delete())";
    const said = await node.shell(`cd /usr/local/lib/imera && python3 -B -c '${delete_}'`);
    expect(said).toMatch(/^[1-9]\d* messages and [1-9]\d* uploads of the watcher deleted/);
  });
});

/** Python that prints how many logins of each address the server counts as failed. */
const failedLogins = `import sys
sys.path.insert(0, "/usr/local/lib/imera")
from node import ejabberd
print(ejabberd.erl_call("[{failed, N} || {_, N, _, _} <- ets:tab2list(failed_auth)].\\n"))`;

async function kill(): Promise<void> {
  await node.shell("systemctl kill -s KILL ejabberd; systemctl stop ejabberd");
}

async function revive(): Promise<void> {
  await node.shell("systemctl reset-failed ejabberd; systemctl start ejabberd", { timeoutMs: 120_000 });
}

/** Resolves to the first message that came by a way and has these words. */
async function told(way: "chat" | "ntfy", words: string): Promise<string> {
  return seen(words, async () => (await receivers.received())[way].map(({ text }: Alarm) => text));
}

/** Resolves to the first mail with these words. */
async function mailed(words: string): Promise<string> {
  return seen(words, async () => (await server.mails()).map(unfolded));
}

/** Resolves to the first request to a path of the web server with these words. */
async function posted(to: string, words: string): Promise<string> {
  return seen(words, async () => (await server.posts()).filter((post) => post.path === to).map(({ body }) => body));
}

async function seen(words: string, texts: () => Promise<readonly string[]>): Promise<string> {
  const probe = async () => {
    const all = await texts();
    const value = all.find((text) => text.includes(words));
    return value === undefined ? notYet(all.map((text) => text.split("\n")[0]).join("\n")) : { value };
  };
  return waitUntil({ what: `the alarm: ${words}`, probe, intervalMs: 500, timeoutMs: 120_000 });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const probe = async () => ((await isSo()) ? { value: true } : notYet("not yet"));
  await waitUntil({ what, probe, intervalMs: 1_000, timeoutMs: 180_000 });
}
