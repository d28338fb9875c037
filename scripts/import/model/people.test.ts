import { afterEach, describe, expect, it } from "vitest";
import { oldServer, type OldRows } from "../testing/old-server.ts";
import { readPeople, type ReadPeople } from "../testing/read-people.ts";
import { openSource, type OpenedSource } from "../sources/open-source.ts";

const opened: OpenedSource[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source[Symbol.dispose]();
});

/** Reads people out of an embedded database with these rows. */
async function read(tables: Readonly<Record<string, OldRows>>): Promise<ReadPeople> {
  const properties = { ofProperty: [property("xmpp.domain", "old.test"), property("passwordKey", "Cun4p6X4tygdd5i")] };
  const source = await openSource(oldServer({ ...properties, ...tables }));
  opened.push(source);
  return readPeople(source);
}

function property(name: string, propValue: string) {
  return { name, propValue, encrypted: 0, iv: null };
}

function user(username: string, more: Readonly<Record<string, string | null>> = {}) {
  const scram = { storedKey: null, serverKey: null, salt: null, iterations: null };
  return {
    username,
    ...scram,
    plainPassword: "secret",
    encryptedPassword: null,
    name: null,
    email: null,
    creationDate: "0",
    ...more,
  };
}

let lastId = 0;
function contact(username: string, jid: string, sub: number, ask = -1, recv = -1) {
  return { rosterID: ++lastId, username, jid, sub, ask, recv, nick: `${jid}'s` };
}

describe("a password", () => {
  const proven = {
    encryptedPassword: "3283c8ecf76d8907c4520ea412101faf2702c36f97de271c596c9bc58048f119",
    plainPassword: null,
    salt: "ACBHZwxtA4WKbMqSqy78VU+/QesTLBHq",
    iterations: "4096",
    storedKey: "ypCIwU1aTOdMYcbLBa12fegIZ9E=",
    serverKey: "R+IyvC5TePNchd8zjKzwZ/Kssiw=",
  };

  it("that a real server encrypted is proven by the hash beside it, and comes over for all mechanisms", async () => {
    const { people } = await read({ ofUser: [user("romeo", proven)] });
    expect(people.get("romeo")?.origin).toBe("proven");
    expect(people.get("romeo")?.credentials.map(({ hash }) => hash)).toEqual(["sha1", "sha256", "sha512"]);
  });

  it("comes over as its hash where the key is another one", async () => {
    const { people, tally } = await read({
      ofUser: [user("romeo", { ...proven, encryptedPassword: `46b5a64d8ee3772c691f0c2a3bd2f506` })],
    });
    expect(people.get("romeo")).toMatchObject({ origin: "hash", credentials: [{ hash: "sha1", salt: proven.salt }] });
    expect(tally.counts.get("passwords")).toMatchObject({ over: 1, changed: 1, lost: 0 });
  });

  it.each(["🔑 clé", "𐐨\u{1f600}", "\u{2a700}"])("%s is said to be refused by PLAIN", async (plainPassword) => {
    const { tally } = await read({ ofUser: [user("romeo", { plainPassword })] });
    expect(tally.remarks.get("romeo")).toEqual([expect.stringContaining("PLAIN fails")]);
  });

  it.each(["pässwörd Ж", "𐐨", "𠀀漢字 ☺"])("%s is not", async (plainPassword) => {
    const { tally } = await read({ ofUser: [user("romeo", { plainPassword })] });
    expect(tally.counts.get("passwords")).toMatchObject({ over: 1, changed: 0 });
  });

  it("that nobody kept leaves an account without one", async () => {
    const { people, tally } = await read({ ofUser: [user("romeo", { plainPassword: null })] });
    expect(people.get("romeo")).toMatchObject({ origin: "none", credentials: [] });
    expect(tally.counts.get("passwords")?.lost).toBe(1);
  });

  it("is nowhere where another server checks it", async () => {
    const provider = property("provider.auth.className", "org.jivesoftware.openfire.ldap.LdapAuthProvider");
    const { people, tally } = await read({
      ofUser: [user("romeo")],
      ofProperty: [property("xmpp.domain", "old.test"), provider],
    });
    expect(people.get("romeo")?.origin).toBe("none");
    expect([...(tally.counts.get("passwords")?.reasons.keys() ?? [])]).toEqual([
      "it is checked elsewhere (LdapAuthProvider)",
    ]);
  });
});

describe("an account", () => {
  it("keeps the escapes in its name, and is lost with those of the same name and where no server takes the name", async () => {
    const { people, tally } = await read({
      ofUser: ["d\\27artagnan", "Romeo", "romeo", "a b"].map((name) => user(name)),
    });
    expect([...people.keys()]).toEqual(["d\\27artagnan"]);
    expect(tally.remarks.get("Romeo")).toEqual(["accounts: these are one name: Romeo, romeo"]);
    expect(tally.remarks.get("a b")).toEqual(['accounts: no server takes the name "a b"']);
    expect(tally.counts.get("accounts")).toMatchObject({ found: 4, over: 1, lost: 3 });
  });

  it("is shut out where it was disabled, unless that is over", async () => {
    const flag = (username: string, endTime: string | null) => ({
      username,
      name: "lockout",
      startTime: null,
      endTime,
    });
    const { people } = await read({
      ofUser: [user("a"), user("b"), user("c")],
      ofUserFlag: [flag("a", null), flag("b", "001000000000000")],
    });
    expect([...people.values()].map(({ isBanned }) => isBanned)).toEqual([true, false, false]);
  });
});

describe("a contact", () => {
  it.each([
    [1, -1, -1, "T", "N"],
    [2, -1, -1, "F", "N"],
    [3, -1, -1, "B", "N"],
    [0, 0, -1, "N", "O"],
    [0, -1, 1, "N", "I"],
    [0, 0, 1, "N", "B"],
    [1, -1, 1, "T", "I"],
    [2, 0, -1, "F", "O"],
    [0, 1, 2, "N", "N"],
    [3, 0, 1, "B", "N"],
    [1, 0, -1, "T", "N"],
  ])("of a stranger with sub %i, ask %i, recv %i is %s, asked %s", async (sub, ask, recv, subscription, asked) => {
    const { people } = await read({
      ofUser: [user("romeo")],
      ofRoster: [contact("romeo", "x@else.test", sub, ask, recv)],
    });
    expect(people.get("romeo")?.contacts).toMatchObject([
      { jid: "x@else.test", subscription, ask: asked, name: "x@else.test's" },
    ]);
  });

  it("of the same server is what both sides agree on", async () => {
    const { people, tally } = await read({
      ofUser: [user("romeo"), user("juliet"), user("nurse")],
      ofRoster: [
        contact("romeo", "Juliet@OLD.test/balcony", 3),
        contact("juliet", "romeo@old.test", 1),
        contact("romeo", "nurse@old.test", 3),
        contact("romeo", "gone@old.test", 3),
        contact("romeo", "bad@@old.test", 3),
        contact("romeo", "x@old.test", -1),
      ],
    });
    expect(people.get("romeo")?.contacts.map(({ jid, subscription }) => [jid, subscription])).toEqual([
      ["juliet@new.test", "F"],
      ["nurse@new.test", "N"],
      ["gone@new.test", "B"],
    ]);
    expect(people.get("juliet")?.contacts).toMatchObject([{ jid: "romeo@new.test", subscription: "T" }]);
    expect(tally.counts.get("contacts")).toMatchObject({ found: 6, over: 4, changed: 2, lost: 2 });
  });

  it("whose request only one side kept is asked for on both", async () => {
    const { people } = await read({
      ofUser: [user("romeo"), user("juliet")],
      ofRoster: [contact("romeo", "juliet@old.test", 0, 0)],
    });
    expect(people.get("romeo")?.contacts).toMatchObject([{ jid: "juliet@new.test", ask: "O" }]);
    expect(people.get("juliet")?.contacts).toMatchObject([{ jid: "romeo@new.test", subscription: "N", ask: "I" }]);
  });

  it("has its groups in their order, each once and none without a name", async () => {
    const groups = [
      ["2", "Größe"],
      ["0", "B, c"],
      ["1", " "],
      ["3", "B, c"],
    ].map(([rank = "", groupName = ""]) => ({
      rosterID: lastId + 1,
      rank,
      groupName,
    }));
    const { people } = await read({
      ofUser: [user("romeo")],
      ofRosterGroups: groups,
      ofRoster: [contact("romeo", "x@else.test", 3)],
    });
    expect(people.get("romeo")?.contacts[0]?.groups).toEqual(["B, c", "Größe"]);
  });
});
