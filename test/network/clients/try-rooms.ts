import { text } from "node:stream/consumers";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import type { Stanza } from "../../../scripts/probes/iq.ts";
import { allowEarlyErrors, logIn, requests } from "./session.ts";

/**
 * Tries what people may do in rooms, one attempt after the other, and prints what came of each.
 *
 * Standard input: `{"domain", "passwords": {user: password}, "attempts": [[user, does, room, …words]]}` as JSON; see {@link attempts} for
 * what one can do. Standard output: the outcomes as a list of texts, as JSON; a refusal is the condition of its error.
 */
async function main(): Promise<void> {
  const input = order.parse(JSON.parse(await text(process.stdin)));
  const visitors = new Map<string, Visitor>();
  const outcomes: string[] = [];
  for (const [user = "", does = "", room = "", ...words] of input.attempts) {
    const visitor = visitors.get(user) ?? (await newVisitor(user, input.passwords[user] ?? "", input.domain));
    visitors.set(user, visitor);
    const attempt = attempts[does];
    if (attempt === undefined) throw new Error(`There is no attempt ${does}.`);
    outcomes.push(await attempt(visitor, `${room}@conference.${input.domain}`, words).catch(conditionOf));
  }
  for (const { session } of visitors.values()) await session.stop();
  process.stdout.write(JSON.stringify(outcomes).replaceAll(input.domain, "DOMAIN"));
}

const order = z.object({
  domain: z.string(),
  passwords: z.record(z.string(), z.string()),
  attempts: z.array(z.array(z.string())),
});

interface Visitor {
  readonly user: string;
  readonly session: Client;
  readonly stanzas: Stanza[];
}

async function newVisitor(user: string, password: string, domain: string): Promise<Visitor> {
  const stanzas: Stanza[] = [];
  const session = await logIn({ jid: `${user}@${domain}`, password }, (stanza) => stanzas.push(stanza));
  return { user, session, stanzas };
}

type Attempt = (visitor: Visitor, room: string, words: readonly string[]) => Promise<string>;

const muc = "http://jabber.org/protocol/muc";

const attempts: Readonly<Record<string, Attempt>> = {
  /** `PASSWORD [NICK]`: affiliation and role in the room. */
  enters: async (visitor, room, [password = "", nick = visitor.user]) => {
    const join = xml("x", { xmlns: muc }, xml("history", { maxstanzas: "0" }));
    if (password !== "") join.append(xml("password", {}, password));
    const before = visitor.stanzas.length;
    await visitor.session.send(xml("presence", { to: `${room}/${nick}` }, join));
    const presence = await answered(visitor, (stanza) => isOwnPresence(stanza, `${room}/${nick}`), before);
    const item = presence.getChild("x", `${muc}#user`)?.getChild("item");
    return `${String(item?.attrs.affiliation)}, ${String(item?.attrs.role)}`;
  },
  /** `TEXT`: sets the subject. */
  setsSubject: async (visitor, room, [subject = ""]) => {
    const isIt = (stanza: Stanza) => stanza.getChildText("subject") === subject;
    return heard(visitor, room, xml("subject", {}, subject), isIt);
  },
  /** `TEXT`: says something. */
  says: async (visitor, room, [body = ""]) => {
    return heard(visitor, room, xml("body", {}, body), (stanza) => stanza.getChildText("body") === body);
  },
  /** Subject that the room told at the entry. */
  readsSubject: async (visitor, room) => {
    const told = await answered(
      visitor,
      (stanza) => isFrom(stanza, room) && stanza.getChild("subject") !== undefined,
      0,
    );
    return told.getChildText("subject") ?? "";
  },
  /** Opens the form that only owners may fill in. */
  configures: async ({ session }, room) => {
    const form = await requests(session).get(xml("query", { xmlns: `${muc}#owner` }), room);
    return form?.getChild("x", "jabber:x:data") === undefined ? "no form" : "may";
  },
  /** `AFFILIATION`: bare JIDs of all who have it. */
  lists: async ({ session }, room, [affiliation = ""]) => {
    const items = await requests(session).get(
      xml("query", { xmlns: `${muc}#admin` }, xml("item", { affiliation })),
      room,
    );
    const addresses = items?.getChildren("item").map(({ attrs }) => String(attrs.jid)) ?? [];
    return addresses.sort().join(" ");
  },
  /** Says whether the service lists the room to everybody. */
  finds: async ({ session }, room) => {
    const [, service = ""] = room.split("@");
    const rooms = await requests(session).get(
      xml("query", { xmlns: "http://jabber.org/protocol/disco#items" }),
      service,
    );
    return String(rooms?.getChildren("item").some(({ attrs }) => attrs.jid === room));
  },
  /** All texts in the room's archive, as JSON. */
  reads: async (visitor, room) => {
    const bodies: string[] = [];
    for (let after: string | undefined = ""; after !== undefined;) {
      const { stanzas, last } = await archivePage(visitor, room, after);
      bodies.push(...stanzas.flatMap((stanza) => bodyOf(stanza) ?? []));
      after = last;
    }
    return JSON.stringify(bodies);
  },
};

async function archivePage({ session, stanzas }: Visitor, room: string, after: string) {
  const before = stanzas.length;
  const page = xml("set", { xmlns: rsm }, xml("max", {}, "250"), ...(after === "" ? [] : [xml("after", {}, after)]));
  const answer = await requests(session).request(
    xml("iq", { type: "set", to: room }, xml("query", { xmlns: mam }, page)),
  );
  const fin = answer.getChild("fin", mam);
  const last = fin?.attrs.complete === "true" ? undefined : fin?.getChild("set", rsm)?.getChildText("last");
  return { stanzas: stanzas.slice(before), last: last ?? undefined };
}

function bodyOf(stanza: Stanza): string | undefined {
  const message = stanza.getChild("result", mam)?.getChild("forwarded")?.getChild("message");
  return message?.getChildText("body") ?? undefined;
}

const mam = "urn:xmpp:mam:2";
const rsm = "http://jabber.org/protocol/rsm";

async function heard(visitor: Visitor, room: string, said: Stanza, isIt: (stanza: Stanza) => boolean): Promise<string> {
  const before = visitor.stanzas.length;
  await visitor.session.send(xml("message", { to: room, type: "groupchat" }, said));
  await answered(visitor, (stanza) => isFrom(stanza, room) && (stanza.attrs.type === "error" || isIt(stanza)), before);
  return "heard";
}

/** Waits for a stanza that came after the first `before` ones, or comes; one of type error rejects with its condition. */
async function answered(
  { stanzas, session }: Visitor,
  isIt: (stanza: Stanza) => boolean,
  before: number,
): Promise<Stanza> {
  const coming = new Promise<Stanza>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer in 60 s")), 60_000);
    const look = (stanza: Stanza) => {
      if (!isIt(stanza)) return;
      clearTimeout(timer);
      session.off("stanza", look);
      resolve(stanza);
    };
    session.on("stanza", look);
    stanzas.slice(before).forEach(look);
  });
  const found = await coming;
  const error = found.getChild("error");
  if (error !== undefined) throw new Error(error.getChildElements()[0]?.name);
  return found;
}

function isFrom({ attrs }: Stanza, room: string): boolean {
  return String(attrs.from).split("/", 1)[0] === room;
}

function isOwnPresence(stanza: Stanza, address: string): boolean {
  const { name, attrs } = stanza;
  const isRefusal = attrs.type === "error" && isFrom(stanza, address.slice(0, address.indexOf("/")));
  return name === "presence" && (attrs.from === address || isRefusal);
}

function conditionOf(error: unknown): string {
  if (!(error instanceof Error)) throw error;
  return "condition" in error ? String(error.condition) : error.message;
}

allowEarlyErrors();
await main();
