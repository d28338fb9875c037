import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { personalHistory } from "../../scripts/import/model/history.ts";
import { roomHistory } from "../../scripts/import/model/room-history.ts";
import { roomsOf } from "../../scripts/import/model/rooms.ts";
import { provesPassword } from "../../scripts/import/model/scram.ts";
import { sharedGroupsOf } from "../../scripts/import/model/shared-groups.ts";
import { openSource, type OpenedSource } from "../../scripts/import/sources/open-source.ts";
import { readPeople, type ReadPeople } from "../../scripts/import/testing/read-people.ts";
import { unpackVersion } from "../openfire/recordings.ts";
import { longKey, provenPassword, recordedVersions, unprovenPassword } from "../openfire/version-rows.ts";

describe.each(recordedVersions)("the database of Openfire $openfire, $end", ({ openfire, schema }) => {
  let folder: string;
  let opened: OpenedSource;
  let read: ReadPeople;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "imera-openfire-"));
    opened = await openSource(unpackVersion(openfire, folder));
    read = await readPeople(opened);
  });
  afterAll(() => {
    opened[Symbol.dispose]();
    rmSync(folder, { recursive: true });
  });
  const hasHashes = schema >= 22;

  it("has everybody with the old password", () => {
    const logins = [...read.people].map(([user, { origin, credentials, isBanned }]) => {
      const [credential] = credentials;
      const passwords = [provenPassword, unprovenPassword, "secret"];
      const password = passwords.find((each) => credential !== undefined && provesPassword(credential, each));
      return [user, origin, credentials.length, password, isBanned];
    });
    expect(logins).toEqual([
      ["d\\27artagnan", "known", 3, unprovenPassword, false],
      ["locked", "known", 3, "secret", true],
      ["nobody", "none", 0, undefined, false],
      ["romeo", hasHashes ? "proven" : "known", 3, provenPassword, false],
      ["пётр", hasHashes ? "hash" : "known", hasHashes ? 1 : 3, provenPassword, false],
    ]);
  });

  it("has their contacts, requests, pictures, lists, bookmarks, keys and what waited", () => {
    const romeo = read.people.get("romeo");
    expect(
      romeo?.contacts.map(({ jid, name, subscription, ask, groups }) => [jid, name, subscription, ask, groups]),
    ).toEqual([
      ["d\\27artagnan@new.test", "Charles ☺ <3", "B", "N", ["Ämter & Würden", "it's \\u0041"]],
      ["пётр@new.test", "", "N", "O", []],
      ["friend@else.example", "", "T", "N", []],
    ]);
    expect(read.people.get("пётр")?.contacts).toMatchObject([
      { jid: "romeo@new.test", ask: "I", message: schema >= 33 ? "let me in ☺" : "" },
    ]);
    expect(romeo).toMatchObject({
      vcard: { search: { fn: "Rómeo ☃ \\u0041" } },
      privacy: {
        default: "blocked ☂",
        lists: [{ name: "blocked ☂", rules: [{ value: "x@else.example", action: "d" }] }],
      },
      private: [{ namespace: "storage:bookmarks" }],
      lastSeen: { at: "2011-03-13T07:06:49.000Z" },
    });
    const omemo = "eu.siacs.conversations.axolotl";
    expect(romeo?.nodes.map(({ node, access }) => [node, access])).toEqual([
      ["storage:bookmarks", "whitelist"],
      ["urn:xmpp:bookmarks:1", "whitelist"],
      [`${omemo}.bundles:31415`, "open"],
      [`${omemo}.devicelist`, "open"],
    ]);
    expect(romeo?.nodes[1]?.items.map(({ id }) => id)).toEqual(["hall@conference.new.test"]);
    const key = (schema < 31 ? "short" : longKey).replaceAll("'", "&apos;");
    expect(romeo?.nodes[2]?.items[0]?.xml).toContain(`<identityKey>${key}</identityKey>`);
    expect(read.people.get("d\\27artagnan")?.offline).toEqual([
      expect.stringMatching(/<body>two\nlines ☺<\/body>.*stamp='2011-03-13T07:06:45.000Z'/),
    ]);
  });

  it("has its shared group", () => {
    const groups = sharedGroupsOf(opened.copy, read.move, (user) => read.people.has(user), read.tally);
    expect(groups).toMatchObject([
      { name: "Crew ☺", label: "The crew", members: ["romeo@new.test", "пётр@new.test"], isShared: true },
    ]);
  });

  it("has its rooms, and what was said in them and beside them", () => {
    const { copy, move, roomServices, residents } = read.source;
    const rooms = roomsOf(copy, move, roomServices, read.tally);
    expect(rooms.map(({ name, subject }) => [name, subject])).toEqual([
      ["hall", "Thema ☺ 'one'"],
      ["quiz", ""],
    ]);
    expect(rooms[0]).toMatchObject({
      affiliations: { "romeo@new.test": "owner", "d\\27artagnan@new.test": "outcast", "пётр@new.test": "member" },
      nicknames: { "пётр@new.test": "Пётр ☺" },
      options: {
        ...{ title: { text: "The hall ☺" }, password: { text: "gehe1m ☃" }, max_users: 30, members_only: true },
        ...{ moderated: false, mam: true, allowpm: schema >= 26 ? "participants" : "anyone" },
      },
    });
    const said = [...roomHistory(copy, move, rooms, read.tally)].map(({ txt, nick }) => [nick, txt]);
    // Up to then the plugin does not tell what was for one person.
    const older = schema <= 21;
    expect(said).toEqual([
      ["Romeo", "one ☺"],
      ["Romeo", "  it's \\u0041  "],
      ...(older ? [] : [["Romeo", "only the plugin has it"]]),
    ]);
    const wrote = [...personalHistory(copy, move, (user) => residents.has(user), rooms, read.tally)];
    expect(wrote.map(({ owner, barePeer, txt }) => [owner, barePeer, txt])).toEqual([
      ["d\\27artagnan", "romeo@new.test", "en garde ☺"],
      ["romeo", "d\\27artagnan@new.test", "en garde ☺"],
      ...(older ? [] : [["romeo", "hall@conference.new.test", "for one"]]),
      ...(older ? [] : [["пётр", "hall@conference.new.test", "for one"]]),
    ]);
    expect(read.tally.counts.get("roomMessages")?.lost).toBe(older ? 2 : 0);
  });
});
