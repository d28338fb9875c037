import { xml } from "@xmpp/client";
import { notYet, waitUntil } from "../../host/wait-until.ts";
import { type OldSession, settled } from "./client.ts";
import { address, type Sessions } from "./fill-contacts.ts";

/** Opens rooms of two services, sets what can be set, gives roles, and talks. `crew` is the address of a group. */
export async function fillRooms(at: Sessions, crew: string): Promise<void> {
  const romeo = at("romeo");
  const hall = "hall@conference.old.example";
  await openRoom(romeo, hall, {
    roomname: "Große Halle ☺",
    roomdesc: 'It\'s "the" hall & more',
    passwordprotectedroom: "1",
    roomsecret: "gehe1m ☃",
    enablelogging: "1",
    whois: "anyone",
    allowinvites: "1",
    changesubject: "1",
  });
  await setRole(romeo, hall, "admin", address("juliet"));
  await setRole(romeo, hall, "member", address("p01"), "Pe Eins ☺");
  await setRole(romeo, hall, "member", address("d\\27artagnan"));
  await setRole(romeo, hall, "outcast", address("p02"));
  await setRole(romeo, hall, "member", crew);
  await setSubject(romeo, hall, "Thema ☺ 'one' & \\u0041");
  for (const body of hallMessages) {
    await romeo.send(xml("message", { to: hall, type: "groupchat" }, xml("body", {}, body)));
  }
  await settled(romeo);
  await openRoom(romeo, "silent@conference.old.example", {
    roomname: "Silent",
    publicroom: "0",
    moderatedroom: "1",
    membersonly: "1",
    maxusers: "10",
    whois: "moderators",
    enablelogging: "0",
    canchangenick: "0",
    registration: "0",
    allowpm: "moderators",
    presencebroadcast: "moderator",
  });
  await setRole(romeo, "silent@conference.old.example", "member", address("p03"));
  await openRoom(at("juliet"), "grüsse\\27n\\27küsse@conference.old.example", { roomname: "Grüße 'n' Küsse" });
  for (const service of ["conference", "rooms"]) {
    const quiz = `quiz@${service}.old.example`;
    await openRoom(at("juliet"), quiz, { roomname: `Quiz of ${service}`, enablelogging: "1" });
    await at("juliet").send(xml("message", { to: quiz, type: "groupchat" }, xml("body", {}, `hello ${service}`)));
  }
  await openRoom(romeo, "fleeting@conference.old.example", {
    roomname: "Fleeting",
    persistentroom: "0",
    enablelogging: "1",
  });
  await settled(at("juliet"));
}

/** What is said in the hall, in its order. */
export const hallMessages: readonly string[] = [
  ...[
    "one ☺",
    "same",
    "same",
    "  blanks  around  ",
    "two\nlines",
    'it\'s \\u0041 \\\\ "x" 🔑',
    "<b>&amp;</b>",
    "%s 'or'--",
  ],
  ...Array.from({ length: 992 }, (_, index) => `message ${index + 9}`),
];

async function openRoom(session: OldSession, room: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const nick = `${session.jid.split("@", 1)[0] ?? ""} ☺`;
  await session.send(xml("presence", { to: `${room}/${nick}` }, xml("x", { xmlns: muc })));
  await waitUntil({
    what: `an entry to ${room}`,
    probe: () => {
      const own = session.received.find(({ name, attrs }) => name === "presence" && attrs.from === `${room}/${nick}`);
      if (own?.attrs.type === "error") throw new Error(own.toString());
      return own === undefined ? notYet("no presence") : { value: own };
    },
    intervalMs: 20,
    timeoutMs: 20_000,
  });
  const form = await session.get(xml("query", { xmlns: `${muc}#owner` }), room);
  const offered = form?.getChild("x", "jabber:x:data")?.getChildren("field") ?? [];
  const told: Readonly<Record<string, string>> = { persistentroom: "1", ...settings };
  const fields = offered.flatMap((field) => {
    const name = String(field.attrs.var);
    const value = told[name.replace(/^(x-)?muc#roomconfig_/, "")];
    const values = value === undefined ? field.getChildren("value").map((each) => each.getText()) : [value];
    return values.length === 0 || field.attrs.type === "fixed"
      ? []
      : [xml("field", { var: name }, ...values.map((text) => xml("value", {}, text)))];
  });
  const submission = xml("x", { xmlns: "jabber:x:data", type: "submit" }, ...fields);
  await session.set(xml("query", { xmlns: `${muc}#owner` }, submission), room);
}

async function setRole(
  session: OldSession,
  room: string,
  affiliation: string,
  jid: string,
  nick?: string,
): Promise<void> {
  const item = xml("item", { affiliation, jid, ...(nick === undefined ? {} : { nick }) });
  await session.set(xml("query", { xmlns: `${muc}#admin` }, item), room);
}

async function setSubject(session: OldSession, room: string, subject: string): Promise<void> {
  await session.send(xml("message", { to: room, type: "groupchat" }, xml("subject", {}, subject)));
}

const muc = "http://jabber.org/protocol/muc";
