import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { waitUntil } from "../../../host/wait-until.ts";
import { writeOldServer, type OldRows } from "../../../scripts/import/testing/old-server.ts";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, operatorsBusy, runningCloud } from "../cloud.ts";
import { importHome } from "../import-home.ts";
import { nodeMachine, query } from "../outage/node.ts";
import { operatorCommand, startOperatorCommand } from "../outage/operator.ts";

/** Begins the names of this run: an account that was imported before is brought up to date, and no new one. */
const own = `ok${randomBytes(3).toString("hex")}`;
const people = 40;
const messages = 400;

let cloud: Cloud;
let machine: ClientMachine;
let home: string;

beforeAll(async () => {
  cloud = await runningCloud();
  machine = await clientMachine(cloud);
  home = writeOldServer(machine.directory, tables(cloud.status.domain));
});
afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  await query(
    await nodeMachine(),
    ["users", "rosterusers", "spool", "archive", "imera_import.person", "imera_import.offline"]
      .map((table) => `DELETE FROM ${table} WHERE username LIKE '${own}-%';`)
      .join(" "),
  );
});

function importing() {
  return startOperatorCommand("import", "--json", "openfire", home);
}

/** Numbers of rows, by independent questions. */
async function rows(): Promise<string[]> {
  const who = `username LIKE '${own}-%'`;
  return query(
    await nodeMachine(),
    `SELECT 'users', count(DISTINCT username) FROM users WHERE ${who};
     SELECT 'contacts', count(*) FROM rosterusers WHERE ${who};
     SELECT 'offline', count(*), count(DISTINCT xml) FROM spool WHERE ${who};
     SELECT 'rooms', count(*) FROM muc_room WHERE name LIKE '${own}-%';
     SELECT 'archive', kind, count(*), count(DISTINCT (username, xml)) FROM archive WHERE ${who} GROUP BY kind ORDER BY kind;`,
  );
}

/** Number of all things that have come to the node so far. */
async function arrived(): Promise<number> {
  const who = `username LIKE '${own}-%'`;
  const [number = "0"] = await query(
    await nodeMachine(),
    `SELECT (SELECT count(DISTINCT username) FROM users WHERE ${who}) + (SELECT count(*) FROM muc_room WHERE name LIKE '${own}-%')
      + (SELECT count(*) FROM archive WHERE ${who});`,
  );
  return Number(number);
}

/** Whether the node is imported into: an import that has just begun finds what one before it brought. */
async function isAtWork(): Promise<boolean> {
  const node = await nodeMachine();
  return (await node.shell("flock --shared --nonblock /run/imera-import.lock true || echo held")).includes("held");
}

/** Kills an import at a point, after `beside`; says whether there was any: another test may import right then. */
async function isKilledAt(point: number, beside: () => Promise<void>): Promise<boolean> {
  const running = importing();
  const ended = running.then(() => true);
  await waitUntil({
    what: `${point} things of an import`,
    probe: async () => {
      const isOver = await Promise.race([ended, Promise.resolve(false)]);
      const number = await arrived();
      return isOver || (number >= point && (await isAtWork())) ? { value: true } : { seen: `${number}` };
    },
    intervalMs: 100,
    timeoutMs: 300_000,
  });
  const isUnderWay = running.exitCode === null;
  if (isUnderWay) {
    // So that it does not end before it is killed.
    running.kill("SIGSTOP");
    await beside();
  }
  running.kill("SIGKILL");
  const { all } = await running;
  return !operatorsBusy.test(all);
}

/** What would end an import in the middle: one is held up on this machine, the other one by the node. */
async function othersAreRefused(): Promise<void> {
  const rebuild = await operatorCommand("rebuild", "--yes");
  expect(rebuild.output).toMatch(
    /is being worked on by process \d+ \(npm run import, since 20[^)]+ UTC\)\. Wait for it/,
  );
  const restore = await operatorCommand(
    "restore",
    "--yes",
    "--to",
    `${new Date(Date.now() - 60_000).toISOString().slice(0, 19)}Z`,
  );
  expect(restore.output).toMatch(/no restore while people are imported[^]*it was begun from \d[\d.]+ at 20/);
}

it("that is killed again and again ends as one that was left alone, with nothing twice", async () => {
  for (const point of [people / 2, people + 1 + messages]) {
    await waitUntil({
      what: `an import to kill at ${point} things`,
      probe: async () => ((await isKilledAt(point, othersAreRefused)) ? { value: true } : { seen: "another import" }),
      intervalMs: 2000,
      timeoutMs: 600_000,
      lookTimeoutMs: 600_000,
    });
  }
  const report = await importHome(home);
  expect(await rows()).toEqual([
    `users|${people}`,
    `contacts|${people}`,
    `offline|${people}|${people}`,
    "rooms|1",
    `archive|chat|${2 * messages}|${2 * messages}`,
    `archive|groupchat|${messages}|${messages}`,
  ]);
  const counted = Object.fromEntries(report.kinds.map(({ kind, over, onServer }) => [kind, [over, onServer]]));
  expect(counted).toMatchObject({
    accounts: [people, people],
    "messages of rooms": [messages, messages],
    "messages of people": [messages, messages],
  });
});

function tables(domain: string): Readonly<Record<string, OldRows>> {
  const at = (index: number) => `${own}-${index % people}@${domain}`;
  const time = (second: number) => 1_700_000_000_000 + second * 1000;
  const several = <Row>(number: number, row: (index: number) => Row) =>
    Array.from({ length: number }, (_, index) => row(index));
  const stanza = (index: number) =>
    `<message from="${at(index + 1)}/r" type="chat"><body>wait ${index}</body></message>`;
  return {
    ofProperty: [{ name: "xmpp.domain", propValue: domain, encrypted: 0, iv: null }],
    ofUser: several(people, (index) => ({ username: `${own}-${index}`, plainPassword: "secret" })),
    ofRoster: several(people, (index) => ({
      ...{ rosterID: index, username: `${own}-${index}`, jid: "x@else.test", sub: 3, ask: -1, recv: -1, nick: "X" },
    })),
    ofOffline: several(people, (index) => ({
      ...{ username: `${own}-${index}`, messageID: index, creationDate: String(time(index)), stanza: stanza(index) },
    })),
    ofMucService: [{ serviceID: 1, subdomain: "conference" }],
    ofMucRoom: [{ serviceID: 1, roomID: 7, name: `${own}-hall`, naturalName: "Hall", lockedDate: "0", logEnabled: 1 }],
    ofMucConversationLog: several(messages, (index) => ({
      ...{
        roomID: 7,
        sender: `${at(index)}/r`,
        nickname: "N",
        logTime: String(time(index)),
        subject: null,
        body: `said ${index}`,
      },
    })),
    // Two of them at a time, and the same words again and again.
    ofMessageArchive: several(messages, (index) => ({
      ...{
        fromJID: at(index),
        toJID: at(index + 1),
        sentDate: time(Math.floor(index / 2)),
        stanza: null,
        body: `wrote ${index}`,
      },
    })),
  };
}
