import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { roomHistory } from "../../scripts/import/model/room-history.ts";
import type { Person } from "../../scripts/import/model/person.ts";
import { roomsOf } from "../../scripts/import/model/rooms.ts";
import { provesPassword } from "../../scripts/import/model/scram.ts";
import { openSource, type OpenedSource } from "../../scripts/import/sources/open-source.ts";
import { readPeople, type ReadPeople } from "../../scripts/import/testing/read-people.ts";
import { waitingMessages } from "../openfire/fill-belongings.ts";
import { hallMessages } from "../openfire/fill-rooms.ts";
import { hashOnly, lockedOut, oldPeople, oldPerson } from "../openfire/people.ts";
import { recordedDump, seenThere, unpackHome } from "../openfire/recordings.ts";
import type { ContactSeen } from "../openfire/view.ts";

/** Recordings with the number of times that the waiting messages were sent before. */
const recordings: readonly (readonly [name: string, sent: number, given: (folder: string) => string])[] = [
  ["the home of a server that runs", 1, (folder) => unpackHome("running", folder)],
  ["the home of a server that was killed", 2, (folder) => unpackHome("killed", folder)],
  ["the home of a server that was stopped", 2, (folder) => unpackHome("stopped", folder)],
  ["a dump of its PostgreSQL", 1, () => recordedDump("postgresql.sql")],
  ["a dump of its PostgreSQL with INSERT", 1, () => recordedDump("postgresql-inserts.sql")],
  ["a dump of its MariaDB", 1, () => recordedDump("mariadb.sql")],
  ["a dump of its MariaDB, line by line", 1, () => recordedDump("mariadb-line-by-line.sql")],
];

describe.each(recordings)("%s", (_name, sent, given) => {
  let folder: string;
  let opened: OpenedSource;
  let read: ReadPeople;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "imera-openfire-"));
    opened = await openSource(given(folder));
    read = await readPeople(opened);
  });
  afterAll(() => {
    opened[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });
  const person = (user: string): Person => {
    const found = read.people.get(user);
    if (found === undefined) throw new Error(`${user} is not there: ${[...read.people.keys()].join(", ")}`);
    return found;
  };

  it("has everybody with the old password, proven wherever the server kept it", () => {
    expect([...read.people.keys()].sort()).toEqual([...oldPeople.map(({ user }) => user), "admin"].sort());
    for (const { user, password } of oldPeople) {
      const { credentials, origin } = person(user);
      const [credential] = credentials;
      const prepared = hashOnly.includes(user) ? password : password.normalize("NFKC");
      expect([user, credential !== undefined && provesPassword(credential, prepared)]).toEqual([user, true]);
      expect([user, origin]).toEqual([user, hashOnly.includes(user) ? "hash" : "proven"]);
    }
  });

  it("has the contacts that they saw there", () => {
    for (const [user, seen] of Object.entries(seenThere())) {
      expect([user, contactsOf(person(user))]).toEqual([user, ownContacts(seen.contacts)]);
    }
  });

  it("has their pictures, bookmarks, lists, keys and what waited for them", () => {
    for (const [user, seen] of Object.entries(seenThere())) {
      const { vcard, private: storage, privacy, nodes } = person(user);
      expect([user, vcard?.search["fn"]]).toEqual([user, seen.vcard["/FN"] ?? oldPerson(user).fullName]);
      const hasBookmarks = storage.some(({ namespace }) => namespace === "storage:bookmarks");
      expect([user, hasBookmarks]).toEqual([user, Object.keys(seen.bookmarks).length > 0]);
      expect([user, privacy.lists.map(({ name }) => name).sort()]).toEqual([user, Object.keys(seen.privacy).sort()]);
      expect([user, privacy.default ?? ""]).toEqual([user, seen.defaultList]);
      const published = nodes.filter(({ node }) => !node.includes("bookmarks")).map(({ node }) => node);
      expect([user, published.sort()]).toEqual([user, Object.keys(seen.published).sort()]);
    }
    for (const [user, bodies] of Object.entries(waitingMessages)) {
      expect(person(user).offline).toHaveLength(bodies.length * sent);
    }
    expect(oldPeople.filter(({ user }) => person(user).isBanned).map(({ user }) => user)).toEqual(lockedOut);
    expect(oldPerson("romeo").fullName).toBe(person("romeo").vcard?.search["fn"]);
  });

  it("has its rooms and all that was said there, as it was said", () => {
    const { copy, move, roomServices, tally } = read.source;
    const rooms = roomsOf(copy, move, roomServices, tally);
    expect(rooms.map(({ name }) => name)).toEqual(["grüsse\\27n\\27küsse", "hall", "quiz", "silent", "quiz-rooms"]);
    const hall = rooms.filter(({ name }) => name === "hall");
    expect(hall[0]?.affiliations).toEqual({
      "romeo@new.test": "owner",
      "juliet@new.test": "admin",
      "p01@new.test": "member",
      "d\\27artagnan@new.test": "member",
      "p34@new.test": "member",
      "p35@new.test": "member",
      "пётр@new.test": "member",
      "p02@new.test": "outcast",
    });
    const said = [...roomHistory(copy, move, hall, tally)].map(({ txt }) => txt).filter((text) => text !== "");
    // What was said within one millisecond the server itself wrote in any order.
    expect(said.sort()).toEqual([...hallMessages].sort());
  });
});

const subscriptions: Readonly<Record<string, string>> = { N: "none", T: "to", F: "from", B: "both" };

/** Contacts as their owner's client showed them: Openfire hides whoever asks and is asked. */
function contactsOf({ contacts }: Person): Record<string, ContactSeen> {
  const shown = contacts.map(({ jid, name, subscription, ask, groups }) => {
    const asks = ask === "O" || ask === "B";
    const seen = { name, subscription: subscriptions[subscription] ?? "", asks, groups: [...groups].sort() };
    return [jid.replace("new.test", "DOMAIN"), seen] as const;
  });
  const isRequested = new Set(
    contacts.filter(({ ask }) => ask === "B").map(({ jid }) => jid.replace("new.test", "DOMAIN")),
  );
  return Object.fromEntries(
    shown.filter(([jid, { subscription, asks }]) => subscription !== "none" || (asks && !isRequested.has(jid))),
  );
}

/** Contacts without those that only a shared group brought, whose names nobody chose. */
function ownContacts(contacts: Readonly<Record<string, ContactSeen>>): Record<string, ContactSeen> {
  const shared = new Set(["Everybody & all", "The Few", "Our own"]);
  const own = Object.entries(contacts).filter(([, { groups }]) => !groups.some((group) => shared.has(group)));
  return Object.fromEntries(own);
}
