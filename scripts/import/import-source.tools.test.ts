import { beforeEach, describe, expect, it } from "vitest";
import { importSource } from "./import-source.ts";
import type { Existing } from "./plan-import.ts";
import type { ImportReport } from "./report/report.ts";
import { openSource } from "./sources/open-source.ts";
import { nodeForEachTest } from "./testing/import-node.ts";
import { oldServer, type OldRows } from "./testing/old-server.ts";

const people = 8;
const few = 30;
/** More than go in two batches, and more than a millisecond has room for. */
const many = 4500;
const domain = "example.org";

const node = nodeForEachTest();

interface Run {
  readonly existing?: Existing;
  /** The node's program is killed after so many answers. */
  readonly answers?: number;
}

async function imported(home: string, { existing = "leave", answers }: Run = {}): Promise<ImportReport> {
  using source = await openSource(home);
  const step = <T>(_: string, work: (report: (detail: string) => void) => Promise<T>) => work(() => undefined);
  const beforeWriting = () => Promise.resolve();
  return await importSource(source, node().session(answers), {
    given: home,
    existing,
    beforeWriting,
    step,
  });
}

/** All that the database has of people and messages, but for what no two imports have alike. */
function rows(): Promise<string[]> {
  return node().query(`SELECT username, type, iterationcount FROM users ORDER BY 1, 2;
    SELECT username, jid, nick, subscription, ask FROM rosterusers ORDER BY 1, 2;
    SELECT username, jid, grp FROM rostergroups ORDER BY 1, 2, 3;
    SELECT username, xml FROM spool ORDER BY 1, seq;
    SELECT username, timestamp, peer, bare_peer, xml, txt, kind, nick, origin_id FROM archive ORDER BY 1, 2, 3;`);
}

const archived = () => node().query("SELECT kind, count(*) FROM archive GROUP BY kind ORDER BY kind");
const onServer = ({ kinds }: ImportReport) =>
  Object.fromEntries(kinds.map((kind) => [kind.kind, [kind.over, kind.onServer]]));

function home(changes: Readonly<Record<string, OldRows>> = {}, messages = few): string {
  return oldServer({ ...tables(messages), ...changes });
}

describe("an import", () => {
  it(
    "ends as one that was left alone when it is killed at ten points, with nothing twice",
    { timeout: 300_000 },
    async () => {
      const old = home({}, many);
      await imported(old);
      const [whole, questions] = [await rows(), node().answered()];
      expect(await archived()).toEqual([`chat\t${2 * many}`, `groupchat\t${many}`]);
      await node().query("DROP SCHEMA imera_import CASCADE; TRUNCATE users, rosterusers, rostergroups, spool, archive");
      for (let point = 1; point <= 10; point++) {
        await expect(imported(old, { answers: Math.ceil((questions * point) / 11) })).rejects.toThrow("imera-import");
      }
      const report = await imported(old);
      expect(await rows()).toEqual(whole);
      expect(onServer(report)).toMatchObject({
        accounts: [people, people],
        contacts: [people, people],
        "waiting messages": [people, people],
        "messages of rooms": [many, many],
        "messages of people": [many, many],
      });
    },
  );

  it("that is run again writes nothing, and brings no message back that was read meanwhile", async () => {
    const old = home();
    await imported(old);
    await node().query(
      "DELETE FROM spool WHERE username = 'p1'; UPDATE rosterusers SET nick = 'mine' WHERE username = 'p2'",
    );
    const before = await rows();
    const report = await imported(old);
    expect(await rows()).toEqual(before);
    expect(report.outcomes).toEqual({ "brought up to date": people });
  });

  it("brings what the old server got since", async () => {
    await imported(home());
    const [contact] = rosters();
    const later = { ...tables().ofMessageArchive?.[0], sentDate: 1_800_000_000_000, body: "later" };
    await imported(
      home({
        ofRoster: [{ ...contact, nick: "renamed" }, ...rosters().slice(1)],
        ofMessageArchive: [...(tables()["ofMessageArchive"] ?? []), later],
        ofUser: [...(tables()["ofUser"] ?? []), { username: "new", plainPassword: "x" }],
      }),
    );
    expect(await node().query("SELECT nick FROM rosterusers WHERE username = 'p0'")).toEqual(["renamed"]);
    expect(await archived()).toEqual([`chat\t${2 * few + 2}`, `groupchat\t${few}`]);
    expect(await node().query("SELECT count(DISTINCT username) FROM users")).toEqual([`${people + 1}`]);
  });

  it("says who still has a hash for one mechanism alone, and no longer who has logged in since", async () => {
    const key = Buffer.alloc(20, 7).toString("base64");
    const scram = { salt: key, iterations: 4096, storedKey: key, serverKey: key };
    const nothing = { plainPassword: null, salt: null, iterations: null, storedKey: null, serverKey: null };
    const old = home({
      ofUser: ["p0", "p1", "p2"].map((username) => ({ username, ...nothing, ...(username === "p2" ? {} : scram) })),
    });
    expect((await imported(old)).hashOnly).toEqual(["p0", "p1"]);
    expect((await imported(old)).hashOnly).toEqual(["p0", "p1"]);
    // What the server makes of a login by PLAIN.
    await node().query(`DELETE FROM users WHERE username = 'p1';
      INSERT INTO users (username, server_host, type, password) SELECT 'p1', '${domain}', type, 'new' FROM generate_series(2, 4) AS type`);
    expect(await imported(old)).toMatchObject({ hashOnly: ["p0"], passwords: { hash: 1, hashes: 1, none: 1 } });
  });

  it("of thousands of messages at one millisecond has each of them once, however often", async () => {
    const at = { sentDate: 1_700_000_000_000 };
    const old = home({ ofMessageArchive: (tables(many)["ofMessageArchive"] ?? []).map((row) => ({ ...row, ...at })) });
    await imported(old);
    const before = await rows();
    const report = await imported(old);
    expect(await rows()).toEqual(before);
    expect(onServer(report)["messages of people"]).toEqual([many, many]);
  });
});

describe("an account that is there already and that no import made", () => {
  beforeEach(async () => {
    await node().query(`INSERT INTO users (username, server_host, type, password) VALUES ('p3', '${domain}', 2, 'own');
      INSERT INTO rosterusers (username, server_host, jid, nick, subscription, ask, askmessage, server, subscribe, type)
      VALUES ('p3', '${domain}', 'p4@${domain}', 'own name', 'F', 'N', '', 'N', '', 'item');`);
  });
  const own = () =>
    node().query(`SELECT type, password FROM users WHERE username = 'p3';
      SELECT jid, nick, subscription FROM rosterusers WHERE username = 'p3' ORDER BY jid;
      SELECT count(*) FROM spool WHERE username = 'p3'; SELECT count(*) > 0 FROM archive WHERE username = 'p3';`);

  it("is left alone", async () => {
    const report = await imported(home());
    expect(await own()).toEqual(["2\town", `p4@${domain}\town name\tF`, "0", "f"]);
    expect(report.remarks).toContainEqual({
      who: "p3",
      texts: ["accounts: one of that name is there already, and stays as it is"],
    });
    expect(report.outcomes).toEqual({ imported: people - 1 });
  });

  it("keeps its password and what it has where it is merged, and gets the rest", async () => {
    const report = await imported(home(), { existing: "merge" });
    expect(await own()).toEqual(["2\town", `p4@${domain}\town name\tF`, "x@else.test\tX\tB", "1", "t"]);
    expect(report.outcomes).toEqual({ imported: people - 1, "brought up to date": 1 });
  });

  it("has nothing written at all where it is refused", async () => {
    await expect(imported(home(), { existing: "refuse" })).rejects.toThrow(/1 of the accounts .*: p3\.[^]*Nothing was/);
    expect(await node().query("SELECT DISTINCT username FROM users")).toEqual(["p3"]);
    expect(await archived()).toEqual([]);
  });
});

const jidOf = (index: number) => `p${index % people}@${domain}`;
const several = <Row>(number: number, row: (index: number) => Row) =>
  Array.from({ length: number }, (_, index) => row(index));
const time = (second: number) => 1_700_000_000_000 + second * 1000;

function rosters() {
  return several(people, (index) => ({
    ...{ rosterID: index, username: `p${index}`, jid: "x@else.test", sub: 3, ask: -1, recv: -1, nick: "X" },
  }));
}

function tables(messages = few): Readonly<Record<string, OldRows>> {
  return {
    ofProperty: [{ name: "xmpp.domain", propValue: domain, encrypted: 0, iv: null }],
    ofUser: several(people, (index) => ({ username: `p${index}`, plainPassword: "secret" })),
    ofUserFlag: [{ username: "p5", name: "lockout", startTime: null, endTime: null }],
    ofRoster: rosters(),
    ofRosterGroups: several(people, (index) => ({ rosterID: index, rank: 0, groupName: "G" })),
    ofOffline: several(people, (index) => ({
      ...{ username: `p${index}`, messageID: index, creationDate: String(time(index)) },
      stanza: `<message from="${jidOf(index + 1)}/r" type="chat"><body>wait ${index}</body></message>`,
    })),
    ofMucService: [{ serviceID: 1, subdomain: "conference" }],
    ofMucRoom: [{ serviceID: 1, roomID: 7, name: "hall", naturalName: "Hall", lockedDate: "0", logEnabled: 1 }],
    ofMucConversationLog: several(messages, (index) => ({
      ...{ roomID: 7, sender: `${jidOf(index)}/r`, nickname: "N", logTime: String(time(index)), subject: null },
      body: `said ${index}`,
    })),
    // Two of them at a time, and every third with words that stand there already.
    ofMessageArchive: several(messages, (index) => ({
      ...{ fromJID: jidOf(index - (index % 3)), toJID: jidOf(index - (index % 3) + 1) },
      ...{ sentDate: time(Math.floor(index / 6)), stanza: null, body: `wrote ${Math.floor(index / 3)}\t\\N "x" ☺` },
    })),
  };
}
