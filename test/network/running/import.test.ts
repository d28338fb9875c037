import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImportReport } from "../../../scripts/import/report/report.ts";
import { writeOldServer, type OldRows } from "../../../scripts/import/testing/old-server.ts";
import { logInWithSlixmpp } from "../chat-client.ts";
import { type ClientMachine, clientMachine } from "../client-machine.ts";
import { type Cloud, runningCloud } from "../cloud.ts";
import type { AccountView } from "../clients/read-account.ts";
import type { RoomView } from "../clients/visit-room.ts";
import { importHome } from "../import-home.ts";
import { ask } from "../outage/client-program.ts";
import { nodeMachine, query } from "../outage/node.ts";

/** Begins the names of this run: an account that was imported before is brought up to date, and no new one. */
const own = `of${randomBytes(3).toString("hex")}`;

let machine: ClientMachine;
let cloud: Cloud;
let home: string;
let first: ImportReport;

beforeAll(async () => {
  cloud = await runningCloud();
  machine = await clientMachine(cloud);
  home = writeOldServer(machine.directory, tables(cloud.status.domain));
  first = await imported();
});
afterAll(async () => {
  await machine[Symbol.asyncDispose]();
  // Of a password that came as a hash the doctor would go on to warn.
  const node = await nodeMachine();
  const users = await query(node, `SELECT DISTINCT username FROM users WHERE username LIKE '${own}-%'`);
  for (const user of users) await node.shell(`ejabberdctl unregister ${user} ${cloud.status.domain}`);
});

function imported(...options: string[]): Promise<ImportReport> {
  return importHome(home, ...options);
}

/** Numbers of rows that the server has of what the old one had, by independent questions. */
async function rows(): Promise<string[]> {
  const [node, who] = [await nodeMachine(), `username LIKE '${own}-%'`];
  return query(
    node,
    `SELECT 'users', count(DISTINCT username) FROM users WHERE ${who};
     SELECT 'contacts', count(*) FROM rosterusers WHERE ${who};
     SELECT 'vcards', count(*) FROM vcard WHERE ${who};
     SELECT 'offline', count(*) FROM spool WHERE username = '${own}-away';
     SELECT 'items', count(*) FROM pubsub_item JOIN pubsub_node USING (nodeid) WHERE host LIKE '${own}-%';
     SELECT 'archive', count(*) FROM archive WHERE ${who} OR username LIKE '${own}-hall@%';`,
  );
}

const romeosPassword = "it's 'plain' \\ \"";
const counted = ["users|7", "contacts|4", "vcards|1", "offline|1", "items|4", "archive|13"];

function logsIn(user: string, password: string) {
  return ask(machine, "read-account.ts", { jid: `${user}@${cloud.status.domain}`, password }) as Promise<AccountView>;
}

describe("an Openfire that was taken over", () => {
  it("is in the database as its own counts say, and the report says the same", async () => {
    expect(await rows()).toEqual(counted);
    const report = Object.fromEntries(first.kinds.map(({ kind, over, onServer }) => [kind, [over, onServer]]));
    expect(report).toMatchObject({
      accounts: [7, 7],
      contacts: [4, 4],
      vCards: [1, 1],
      rooms: [1, 1],
      "disabled accounts": [1, 1],
    });
    expect(first.kinds.filter(({ onServer, over }) => onServer !== null && onServer !== over)).toEqual([]);
  });

  it("lets its people log in with their old passwords, by PLAIN and by SCRAM, to what they had", async () => {
    expect(await logsIn(`${own}-romeo`, romeosPassword)).toEqual({
      contacts: { [`${own}-juliet@${cloud.status.domain}`]: "Julia ☺" },
      fullName: "Rómeo",
      devices: ["31415"],
      newerDevices: ["27182"],
      archived: 5,
    });
    for (const [user, password] of [
      [`${own}-proven`, "pässwörd Ж"],
      [`${own}-hash`, "pässwörd Ж"],
      [`${own}-romeo`, romeosPassword],
    ] as const) {
      const passwordFile = `${machine.directory}/${user}`;
      await writeFile(passwordFile, `${password}\n`);
      await using session = await logInWithSlixmpp(machine, { jid: `${user}@${cloud.status.domain}`, passwordFile });
      expect(session.jid).toContain(user);
    }
  });

  it("keeps those out whom it had shut out, and those whose passwords nobody knows", async () => {
    await expect(logsIn(`${own}-locked`, "secret")).rejects.toThrow(`${own}-locked@`);
    await expect(logsIn(`${own}-none`, `${own}-none`)).rejects.toThrow(`${own}-none@`);
    expect(first.withoutPassword).toEqual([`${own}-none`]);
  });

  it("has its room with its password, its roles, its subject and its history", async () => {
    const room = `${own}-hall@conference.${cloud.status.domain}`;
    const visit = (user: string, password: string, roomPassword?: string) =>
      ask(machine, "visit-room.ts", {
        jid: `${user}@${cloud.status.domain}`,
        password,
        room,
        nick: user,
        roomPassword,
      }) as Promise<RoomView>;
    expect(await visit(`${own}-romeo`, romeosPassword, "gehe1m ☃")).toEqual({
      error: null,
      affiliation: "owner",
      subject: "Thema ☺",
      history: ["one", "same", "same"],
    });
    expect(await visit(`${own}-juliet`, "secret", "gehe1m ☃")).toMatchObject({ affiliation: "member" });
    expect(await visit(`${own}-juliet`, "secret")).toMatchObject({ error: "not-authorized" });
    expect(await visit(`${own}-away`, "secret", "gehe1m ☃")).toMatchObject({ error: "forbidden" });
  });

  it("comes over once, however often, and what was changed here since stays", async () => {
    const node = await nodeMachine();
    await query(node, `UPDATE rosterusers SET nick = 'changed here' WHERE username = '${own}-romeo';`);
    await query(node, `DELETE FROM rosterusers WHERE username = '${own}-hash';`);
    const again = await imported();
    expect(again.outcomes).toEqual({ "brought up to date": 7 });
    // The contact that was removed here, and the message that was read since.
    const changed: Readonly<Record<string, string>> = { "contacts|4": "contacts|3", "offline|1": "offline|0" };
    expect(await rows()).toEqual(counted.map((line) => changed[line] ?? line));
    expect(await query(node, `SELECT nick FROM rosterusers WHERE username = '${own}-romeo';`)).toEqual([
      "changed here",
    ]);
    expect((await logsIn(`${own}-romeo`, romeosPassword)).archived).toBe(5);
  });
});

function tables(domain: string): Readonly<Record<string, OldRows>> {
  const at = (user: string) => `${user}@${domain}`;
  const property = (name: string, propValue: string) => ({ name, propValue, encrypted: 0, iv: null });
  const scram = {
    salt: "ACBHZwxtA4WKbMqSqy78VU+/QesTLBHq",
    iterations: 4096,
    storedKey: "ypCIwU1aTOdMYcbLBa12fegIZ9E=",
    serverKey: "R+IyvC5TePNchd8zjKzwZ/Kssiw=",
  };
  const nothing = { salt: null, iterations: null, storedKey: null, serverKey: null };
  const user = (
    username: string,
    plainPassword: string | null,
    encryptedPassword: string | null = null,
    hash: object = nothing,
  ) => ({
    ...{ username, plainPassword, encryptedPassword },
    ...(hash as typeof scram | typeof nothing),
  });
  let rosterID = 0;
  const contact = (username: string, jid: string, nick: string) => ({
    rosterID: ++rosterID,
    username,
    jid,
    sub: 3,
    ask: -1,
    recv: -1,
    nick,
  });
  const time = (second: number) => String(1_700_000_000_000 + second * 1000).padStart(15, "0");
  const said = (second: number, body: string) => ({
    ...{ roomID: 7, messageID: second, sender: `${at(`${own}-romeo`)}/r`, nickname: "Romeo", logTime: time(second) },
    ...{ subject: null, body, stanza: null },
  });
  const wrote = (fromJID: string, toJID: string, second: number) => ({
    ...{ messageID: null, conversationID: 1, fromJID, fromJIDResource: "r", toJID, toJIDResource: null },
    ...{ sentDate: 1_700_000_000_000 + second * 1000, stanza: null, body: `message ${second}` },
  });
  const [romeo, juliet] = [at(`${own}-romeo`), at(`${own}-juliet`)];
  const devices = "eu.siacs.conversations.axolotl.devicelist";
  const list = '<list xmlns="eu.siacs.conversations.axolotl"><device id="31415"/></list>';
  const newerDevices = "urn:xmpp:omemo:2:devices";
  const newerList = '<devices xmlns="urn:xmpp:omemo:2"><device id="27182"/></devices>';
  const bookmark = `<storage xmlns="storage:bookmarks"><conference jid="${own}-hall@conference.${domain}" name="Hall"/></storage>`;
  return {
    ofVersion: [{ name: "openfire", version: 26 }],
    ofProperty: [property("xmpp.domain", domain), property("passwordKey", "Cun4p6X4tygdd5i")],
    ofUser: [
      user(`${own}-romeo`, romeosPassword),
      user(`${own}-proven`, null, "3283c8ecf76d8907c4520ea412101faf2702c36f97de271c596c9bc58048f119", scram),
      user(`${own}-juliet`, "secret"),
      user(`${own}-hash`, null, null, scram),
      user(`${own}-none`, null),
      user(`${own}-locked`, "secret"),
      user(`${own}-away`, "secret"),
    ],
    ofUserFlag: [{ username: `${own}-locked`, name: "lockout", startTime: null, endTime: null }],
    ofRoster: [
      contact(`${own}-romeo`, juliet, "Julia ☺"),
      contact(`${own}-juliet`, romeo, "Romeo"),
      contact(`${own}-hash`, "x@else.test", "X"),
      contact(`${own}-away`, "y@else.test", "Y"),
    ],
    ofVCard: [{ username: `${own}-romeo`, vcard: '<vCard xmlns="vcard-temp"><FN>Rómeo</FN></vCard>' }],
    ofOffline: [
      {
        ...{ username: `${own}-away`, messageID: 1, creationDate: time(0), messageSize: 1 },
        stanza: `<message from="${romeo}/r" to="${at(`${own}-away`)}" type="chat"><body>wait</body></message>`,
      },
    ],
    ofPrivate: [{ username: `${own}-romeo`, name: "storage", namespace: "storage:bookmarks", privateData: bookmark }],
    ofPubsubNode: [devices, newerDevices].map((nodeID) => ({
      serviceID: romeo,
      nodeID,
      leaf: 1,
      accessModel: "presence",
      maxItems: 1,
    })),
    ofPubsubItem: [
      { serviceID: romeo, nodeID: devices, id: "current", creationDate: time(0), payload: list },
      { serviceID: romeo, nodeID: newerDevices, id: "current", creationDate: time(0), payload: newerList },
    ],
    ofMucService: [{ serviceID: 1, subdomain: "conference" }],
    ofMucRoom: [
      {
        ...{
          serviceID: 1,
          roomID: 7,
          name: `${own}-hall`,
          naturalName: "Hall",
          description: "",
          lockedDate: "000000000000000",
        },
        ...{ canChangeSubject: 1, maxUsers: 0, publicRoom: 1, moderated: 0, membersOnly: 0, canInvite: 1 },
        ...{ roomPassword: "gehe1m ☃", canDiscoverJID: 1, logEnabled: 1, subject: "Thema ☺", rolesToBroadcast: 7 },
        ...{ canChangeNick: 1, allowpm: 0 },
      },
    ],
    ofMucAffiliation: [
      { roomID: 7, jid: romeo, affiliation: 10 },
      { roomID: 7, jid: at(`${own}-away`), affiliation: 40 },
    ],
    ofMucMember: [{ roomID: 7, jid: juliet, nickname: "Jule" }],
    ofMucConversationLog: [said(1, "one"), said(2, "same"), said(2, "same")],
    ofMessageArchive: [1, 2, 3, 4]
      .map((n) => wrote(romeo, juliet, n))
      .concat([wrote("x@else.test", romeo, 5), wrote(juliet, "x@else.test", 6)]),
  };
}
