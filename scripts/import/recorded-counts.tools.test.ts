import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { personalHistory } from "./model/history.ts";
import { roomHistory } from "./model/room-history.ts";
import { roomsOf } from "./model/rooms.ts";
import { sharedGroupsOf } from "./model/shared-groups.ts";
import type { Kind } from "./report/tally.ts";
import { openSource } from "./sources/open-source.ts";
import { type DatabaseServer, startMariadb, startPostgres } from "./testing/database-server.ts";
import { readPeople } from "./testing/read-people.ts";

/** Path of what a real Openfire had in another server's database. */
function recorded(name: string): string {
  return join(import.meta.dirname, "../../test/openfire/recorded", `${name}.gz`);
}

const isName = "coalesce(name, '') <> ''";
const isOut = "ask = 0 AND sub IN (0, 2)";
const isIn = "recv = 1 AND sub IN (0, 1)";

/** What there is of each kind, by SQL of its own. */
const questions: Readonly<Partial<Record<Kind, string>>> = {
  accounts: "SELECT count(*) FROM ofUser",
  passwords: "SELECT count(*) FROM ofUser",
  bans: "SELECT count(*) FROM ofUserFlag WHERE name = 'lockout'",
  contacts: `SELECT count(*) FROM ofRoster WHERE NOT (sub = 0 AND ask <> 0 AND recv = 1)`,
  requests: `SELECT (SELECT count(*) FROM ofRoster WHERE ${isOut}) + (SELECT count(*) FROM ofRoster WHERE ${isIn})`,
  vcards: `SELECT (SELECT count(*) FROM ofVCard)
    + (SELECT count(*) FROM ofUser WHERE ${isName} AND username NOT IN (SELECT username FROM ofVCard))`,
  private: "SELECT count(*) FROM ofPrivate",
  bookmarks: `SELECT sum(length(privateData) - length(replace(privateData, '<conference ', ''))) / 12 FROM ofPrivate
    WHERE namespace = 'storage:bookmarks'`,
  privacy: "SELECT count(*) FROM ofPrivacyList",
  offline: "SELECT count(*) FROM ofOffline",
  nodes: "SELECT count(*) FROM ofPubsubItem WHERE serviceID LIKE '%@old.example'",
  lastSeen: "SELECT count(*) FROM ofPresence WHERE username IN (SELECT username FROM ofUser)",
  groups: `SELECT count(*) FROM ofGroupProp AS shows JOIN ofGroupProp AS label ON label.groupName = shows.groupName
    WHERE shows.name = 'sharedRoster.showInRoster' AND shows.propValue IN ('everybody', 'onlyGroup')
      AND label.name = 'sharedRoster.displayName' AND label.propValue <> ''`,
  rooms: "SELECT count(*) FROM ofMucRoom",
  // A group has a role in one of the rooms, by an address with a resource; each of its members gets it.
  affiliations: `SELECT (SELECT count(*) FROM ofMucAffiliation WHERE affiliation < 50) + (SELECT count(*) FROM ofMucMember)
    - (SELECT count(*) FROM ofMucMember WHERE jid LIKE '%/%') + (SELECT count(*) FROM ofGroupUser WHERE groupName LIKE 'Crew%')`,
  nicknames: "SELECT count(*) FROM ofMucMember WHERE coalesce(nickname, '') <> ''",
  roomMessages:
    "SELECT count(*) FROM ofMucConversationLog WHERE coalesce(body, '') <> '' OR coalesce(subject, '') <> ''",
};

async function counted(server: DatabaseServer, dump: string): Promise<Record<string, number>> {
  await server.sql(gunzipSync(readFileSync(recorded(dump))).toString("utf8"));
  const answers = await server.sql(
    Object.values(questions)
      .map((question) => `${question};\n`)
      .join(""),
  );
  const numbers = answers.split("\n").map(Number);
  return Object.fromEntries(Object.keys(questions).map((kind, index) => [kind, numbers[index] ?? Number.NaN]));
}

/** What the report says was found of each kind. */
async function reported(dump: string): Promise<Record<string, number>> {
  using source = await openSource(recorded(dump));
  const { source: people, tally } = await readPeople(source);
  const { copy, move, residents, roomServices } = people;
  const isPerson = (user: string) => residents.has(user);
  sharedGroupsOf(copy, move, isPerson, tally);
  const rooms = roomsOf(copy, move, roomServices, tally);
  const said = [...roomHistory(copy, move, rooms, tally), ...personalHistory(copy, move, isPerson, rooms, tally)];
  expect(said).toHaveLength(tally.counts.get("roomMessages")?.over ?? 0);
  for (const [kind, { found, over, lost }] of tally.counts) expect([kind, over + lost]).toEqual([kind, found]);
  const known = [...tally.counts].filter(([kind, { found }]) => found > 0 || kind in questions);
  return Object.fromEntries(known.map(([kind, { found }]) => [kind, found]));
}

describe("the report on a real Openfire", () => {
  it.each([
    ["PostgreSQL", startPostgres, "postgresql.sql"],
    ["MariaDB", startMariadb, "mariadb.sql"],
  ] as const)("has the numbers that %s itself gives", async (_, start, dump) => {
    await using server = await start();
    const numbers = await counted(server, dump);
    expect(await reported(dump)).toEqual(numbers);
    expect(Object.entries(numbers).filter(([, number]) => !(number > 0))).toEqual([]);
  });
});
