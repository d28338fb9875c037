import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { lockedOut, oldPeople, type OldPerson } from "../openfire/people.ts";
import { recordedDump, seenThere, unpackHome } from "../openfire/recordings.ts";
import type { AccountSeen } from "../openfire/view.ts";
import { nodeMachine, query } from "./outage/node.ts";

/** People of the recorded Openfire who may log in. */
export const recordedPeople: readonly OldPerson[] = oldPeople.filter(({ user }) => !lockedOut.includes(user));

/** Those whose passwords have signs that Unicode 3.2 has none of, as emoji are: the server takes these by SCRAM alone (RFC 4013). */
export const cannotUsePlain: readonly string[] = ["dots.and-dash_es~"];

/**
 * Unpacks the home of the recorded Openfire, as it was left when the server was killed, below `folder`, and gives its path. The group that
 * it showed to everybody is shown to its own members: other people of the tests' network are not to see it.
 */
export function recordedHome(folder: string): string {
  const home = join(folder, "recorded");
  mkdirSync(home);
  unpackHome("killed", home);
  const changed = ["script", "log"].map((kind) => {
    const file = join(home, `embedded-db/openfire.${kind}`);
    const rows = readFileSync(file, "latin1");
    const others = shownToOwn(rows);
    writeFileSync(file, others, "latin1");
    return others !== rows;
  });
  if (!changed.includes(true)) throw new Error("No group of the recorded server is shown to everybody.");
  return home;
}

/** Writes the same server's dump of PostgreSQL or MariaDB, with such groups, below `folder`, and gives its path. */
export function recordedDumpHere(folder: string, name: string): string {
  const rows = gunzipSync(readFileSync(recordedDump(name))).toString("latin1");
  const others = shownToOwn(rows);
  if (others === rows) throw new Error(`No group in ${name} is shown to everybody.`);
  const file = join(folder, name);
  writeFileSync(file, others, "latin1");
  return file;
}

function shownToOwn(rows: string): string {
  return rows.replace(/(sharedRoster\.showInRoster(?:','|\t))everybody/, "$1onlyGroup");
}

/** Gives what the people saw on the old server, as the new one is to show it: see {@link comparable}. */
export function expectedHere(): Readonly<Record<string, AccountSeen>> {
  // Rooms of both services are at one host here.
  const text = JSON.stringify(seenThere()).replaceAll("quiz@rooms.DOMAIN", "quiz@conference.DOMAIN");
  const people = Object.entries(JSON.parse(text) as Record<string, AccountSeen>);
  const seen = people.map(([user, account]) => {
    const { fullName } = oldPeople.find((each) => each.user === user) ?? { fullName: "" };
    // Whoever has no vCard shows the account's name.
    const vcard = Object.keys(account.vcard).length === 0 ? { "/FN": fullName } : account.vcard;
    return [user, { ...account, vcard }] as const;
  });
  return comparable(Object.fromEntries(seen.filter(([user]) => !cannotUsePlain.includes(user))));
}

/** Leaves out what differs by intent: whom only a shared group shows, and contacts without a subscription, which the old server hid. */
export function comparable(seen: Readonly<Record<string, AccountSeen>>): Readonly<Record<string, AccountSeen>> {
  const shared = new Set(["Everybody & all", "The Few", "Our own", "Crew ☺", "everybody"]);
  const people = Object.entries(seen).map(([user, account]) => {
    const contacts = Object.entries(account.contacts).filter(
      ([, { asks, groups, subscription }]) =>
        !groups.some((group) => shared.has(group)) &&
        !(subscription === "none" && (!asks || ["p07", "p08"].includes(user))),
    );
    return [user, { ...account, contacts: Object.fromEntries(contacts) }] as const;
  });
  return Object.fromEntries(people);
}

/** Removes all that the import of the recorded Openfire made, and the node's memory of it. */
export async function forgetRecorded(domain: string): Promise<void> {
  const node = await nodeMachine();
  const erlang = (words: string) => `list_to_binary([${[...Buffer.from(words, "utf8")].join(",")}])`;
  const groups = await query(node, "SELECT name FROM imera_import.shared_group;");
  const users = oldPeople.map(({ user }) => `'${user}'`).join(", ");
  const rooms = roomsHere.map((name) => `'${name}'`).join(", ");
  const orders = [
    ...oldPeople.map(({ user }) => `ejabberd_auth:remove_user(${erlang(user)}, ${erlang(domain)})`),
    ...groups.map((group) => `mod_shared_roster:delete_group(${erlang(domain)}, ${erlang(group)})`),
    ...roomsHere.map((room) => `mod_muc_admin:destroy_room(${erlang(room)}, ${erlang(`conference.${domain}`)})`),
  ];
  const call =
    "import sys; sys.path.insert(0, '/usr/local/lib/imera'); from node import ejabberd; print(ejabberd.erl_call(sys.stdin.read()))";
  const input = `${orders.map((order) => `catch ${order}`).join(",\n")}.\n`;
  await node.shell(`python3 -B -c "${call}"`, { input, timeoutMs: 120_000 });
  await query(
    node,
    `DELETE FROM imera_import.person WHERE username IN (${users}); DELETE FROM imera_import.offline WHERE username IN (${users});
     DELETE FROM imera_import.room WHERE name IN (${rooms}); DELETE FROM imera_import.shared_group;
     DELETE FROM archive WHERE username IN (${roomsHere.map((name) => `'${name}@conference.${domain}'`).join(", ")});
     DELETE FROM muc_registered WHERE host = 'conference.${domain}' AND jid IN
       (${oldPeople.map(({ user }) => `'${user}@${domain}'`).join(", ")});`,
  );
}

/** Local parts of the rooms that come over. */
const roomsHere: readonly string[] = ["grüsse\\27n\\27küsse", "hall", "quiz", "quiz-rooms", "silent"];
