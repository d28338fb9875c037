import { setTimeout } from "node:timers/promises";
import { logInAtOld, type OldSession } from "./client.ts";
import { fillBelongings, fillWaiting } from "./fill-belongings.ts";
import { address, fillContacts } from "./fill-contacts.ts";
import { fillRooms } from "./fill-rooms.ts";
import { hashOnly, lockedOut, oldPeople, oldPerson } from "./people.ts";
import type { OldServer } from "./server.ts";

/** Fills a server as its administrator and its people would; afterwards all of it is in its database, and nobody is logged in. */
export async function fillServer(server: OldServer): Promise<void> {
  const crew = await administer(server);
  const sessions = new Map<string, OldSession>();
  for (const { user, password } of oldPeople) {
    if (!away.has(user)) sessions.set(user, await logInAtOld(user, password));
  }
  const at = (user: string) => {
    const session = sessions.get(user);
    if (session === undefined) throw new Error(`${user} is not logged in.`);
    return session;
  };
  await fillContacts(at);
  await fillBelongings(at);
  await fillRooms(at, crew);
  for (const user of ["d\\27artagnan", "ελένη"]) await at(user)[Symbol.asyncDispose]();
  await fillWaiting(at("romeo"));
  for (const user of lockedOut) await server.order("lock", user);
  await setTimeout(writtenAfterMs);
  await Promise.all([...sessions.values()].map((session) => session[Symbol.asyncDispose]()));
  await setTimeout(writtenAfterMs);
}

/** Nobody of them is logged in while the server is filled. */
const away = new Set(["p40"]);

/** The server writes what was said in rooms, and what was published, with a delay. */
const writtenAfterMs = 8000;

/** Makes the accounts, a second service for rooms, and groups. Resolves to the address of a group. */
async function administer(server: OldServer): Promise<string> {
  for (const { typed, user, password, fullName } of oldPeople) {
    const made = await server.order("user", typed, password, fullName, `${user}@mail.example`);
    if (made !== user) throw new Error(`The server calls ${typed} ${made}, and not ${user}.`);
  }
  await server.order("property", "user.scramHashedPasswordOnly", "true");
  for (const user of hashOnly) await server.order("password", user, oldPerson(user).password);
  await server.order("property", "user.scramHashedPasswordOnly", "false");
  await server.order("rooms", "rooms", "Second service");
  await server.order("flush");
  const members = ["p34", "p35", "пётр"].map(address);
  const crew = await server.order("group", "Crew ☺", "nobody", "", "", ...members);
  await server.order("group", "All", "everybody", "Everybody & all", "", address("p36"), address("p37"));
  await server.order("group", "Few", "onlyGroup", "The Few", "Crew ☺", address("p37"), address("p38"));
  await server.order("group", "Own", "onlyGroup", "Our own", "", address("p38"), address("p39"));
  return crew;
}
