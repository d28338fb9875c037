import { xml } from "@xmpp/client";
import { type OldSession, settled } from "./client.ts";
import { oldDomain } from "./home.ts";

/** Gives the session of a person by local part. */
export type Sessions = (user: string) => OldSession;

/** Makes rosters: each way in which two people may stand to each other, asked or granted, and contacts elsewhere. */
export async function fillContacts(at: Sessions): Promise<void> {
  const friends = [
    "juliet",
    "d\\27artagnan",
    "space\\20cadet",
    "at\\40sign",
    "grüsse",
    "ελένη",
    "пётр",
    "日本語",
    "عربي",
  ];
  for (const friend of friends) await befriend(at, "romeo", friend);
  await befriend(at, "back\\u0041slash", "back\\5c27slash");
  await befriend(at, "percent%41\\26co", "dots.and-dash_es~");
  await befriend(at, "p01", "p02");
  await grant(at, "p03", "p04");
  await ask(at, "p05", "p06", "let me in ☺ & 'co'");
  await ask(at, "p07", "p08");
  await ask(at, "p08", "p07");
  await grant(at, "p09", "p10");
  await ask(at, "p10", "p09");
  await grant(at, "p12", "p11");
  await ask(at, "p11", "p12");
  await befriend(at, "p13", "p14");
  await say(at, "p13", "p14", "unsubscribed");
  await befriend(at, "p15", "p16");
  await say(at, "p15", "p16", "unsubscribe");
  await ask(at, "p17", "p18");
  await say(at, "p18", "p17", "unsubscribed");
  await befriend(at, "p19", "p20");
  await at("p19").set(rosterItem(address("p20"), { subscription: "remove" }));
  await fillGroups(at);
  for (const user of ["romeo", "p05", "p13", "p21"]) await settled(at(user));
}

async function fillGroups(at: Sessions): Promise<void> {
  const romeo = at("romeo");
  await romeo.set(rosterItem(address("juliet"), { name: "Julia ☺ <3" }, ["Ämter & Würden", `a::b "c" 'd'`, "\\u0041"]));
  await romeo.set(rosterItem(address("пётр"), { name: "it's \\u0041 \\ Пётр" }, ["Ämter & Würden"]));
  const elsewhere = ["friend@else.example", "d\\27art@else.example", "gateway.else.example", "nobody@old.example"];
  for (const jid of elsewhere) await at("p21").set(rosterItem(jid, { name: `at ${jid}` }, ["Elsewhere", "日本"]));
  await at("p21").set(rosterItem("weiß@bücher.example", { name: "Bücher" }));
  for (const jid of ["friend@else.example", "gateway.else.example"]) {
    await at("p21").send(xml("presence", { to: jid, type: "subscribe" }));
  }
  for (let other = 1; other <= 20; other++) {
    const user = `p${String(other).padStart(2, "0")}`;
    await at("p22").set(rosterItem(address(user), { name: `Number ${other}` }, [`Group ${other % 3}`]));
  }
}

async function befriend(at: Sessions, one: string, other: string): Promise<void> {
  await grant(at, one, other);
  await grant(at, other, one);
}

/** Has `one` see `other`. */
async function grant(at: Sessions, one: string, other: string): Promise<void> {
  await ask(at, one, other);
  await say(at, other, one, "subscribed");
}

async function ask(at: Sessions, one: string, other: string, words?: string): Promise<void> {
  await say(at, one, other, "subscribe", words);
}

async function say(at: Sessions, one: string, other: string, type: string, words?: string): Promise<void> {
  const status = words === undefined ? [] : [xml("status", {}, words)];
  await at(one).send(xml("presence", { to: address(other), type }, ...status));
  await settled(at(one));
  await settled(at(other));
}

function rosterItem(jid: string, attributes: Readonly<Record<string, string>>, groups: readonly string[] = []) {
  const item = xml("item", { jid, ...attributes }, ...groups.map((group) => xml("group", {}, group)));
  return xml("query", { xmlns: "jabber:iq:roster" }, item);
}

/** Gives the bare JID of a person of the recorded server. */
export function address(user: string): string {
  return `${user}@${oldDomain}`;
}
