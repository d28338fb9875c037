import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import { addAccounts } from "./fill/accounts.ts";
import { answerTo, conditionOf, type Stanza } from "../../../scripts/probes/iq.ts";
import { type Login, logIn, requests } from "./session.ts";

/**
 * Has one account keep things that are its own, and another one, which is in no roster of it, ask for them.
 *
 * Standard input: `{"admin": {"jid", "password"}, "domain"}` as JSON. Standard output: {@link Answers} as JSON.
 */
async function main(): Promise<void> {
  const { admin, domain } = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const administrator = await logIn(admin);
  const [owner, other] = ["owner", "other"].map((name): Login => {
    return { jid: `${name}-${randomBytes(4).toString("hex")}@${domain}`, password: "pass-word-1" };
  }) as [Login, Login];
  await addAccounts(administrator, domain, [owner, other]);
  const [own, others] = [await logIn(owner), await logIn(other)];
  const kept: Record<string, number> = {};
  for (const node of [...singletons, ...collections]) kept[node] = await publishThree(own, node);
  await administrator.send(xml("message", { to: owner.jid, type: "chat" }, xml("body", {}, "for the owner")));
  const room = `room-${randomBytes(4).toString("hex")}@conference.${domain}`;
  await openMembersRoom(own, room);
  const answers: Answers = { owner: owner.jid, kept, asked: await askForAll(others, owner.jid, room) };
  await Promise.all([administrator, own, others].map((session) => session.stop()));
  process.stdout.write(JSON.stringify(answers));
}

/** What the server gave. */
export interface Answers {
  /** Bare JID of the account that keeps things. */
  readonly owner: string;
  /** Items that a personal node has after three were published without options, by node. */
  readonly kept: Readonly<Record<string, number>>;
  /** Condition of the error, number of messages, or `given`, by what the other account asked for. */
  readonly asked: Readonly<Record<string, string>>;
}

const orderSchema = z.object({
  admin: z.object({ jid: z.string(), password: z.string() }),
  domain: z.string(),
});
const pubsub = "http://jabber.org/protocol/pubsub";
const mam = "urn:xmpp:mam:2";
const singletons = [
  "urn:xmpp:avatar:metadata",
  "http://jabber.org/protocol/nick",
  "http://jabber.org/protocol/mood",
  "eu.siacs.conversations.axolotl.devicelist",
  "urn:xmpp:omemo:2:devices",
];
const collections = ["urn:xmpp:bookmarks:1", "urn:xmpp:omemo:2:bundles"];

async function publishThree(session: Client, node: string): Promise<number> {
  for (const id of ["one", "two", "three"]) {
    const item = xml("item", { id }, xml("note", { xmlns: "urn:example:note" }, id));
    await requests(session).set(xml("pubsub", { xmlns: pubsub }, xml("publish", { node }, item)));
  }
  const answer = await requests(session).get(xml("pubsub", { xmlns: pubsub }, xml("items", { node })));
  return answer?.getChild("items")?.getChildren("item").length ?? 0;
}

/** Makes a room for members only, with a message in its archive. */
async function openMembersRoom(session: Client, room: string): Promise<void> {
  const entered = new Promise<void>((resolve) => {
    session.on("stanza", ({ name, attrs }) => name === "presence" && String(attrs.from).startsWith(room) && resolve());
  });
  await session.send(xml("presence", { to: `${room}/owner` }, xml("x", { xmlns: "http://jabber.org/protocol/muc" })));
  await entered;
  const field = (name: string, value: string) => xml("field", { var: name }, xml("value", {}, value));
  const form = xml(
    "x",
    { xmlns: "jabber:x:data", type: "submit" },
    field("FORM_TYPE", "http://jabber.org/protocol/muc#roomconfig"),
    field("muc#roomconfig_membersonly", "1"),
  );
  await requests(session).set(xml("query", { xmlns: "http://jabber.org/protocol/muc#owner" }, form), room);
  await session.send(xml("message", { to: room, type: "groupchat" }, xml("body", {}, "for members")));
}

async function askForAll(session: Client, owner: string, room: string): Promise<Record<string, string>> {
  const items = (node: string) => xml("pubsub", { xmlns: pubsub }, xml("items", { node }));
  const note = xml("item", { id: "x" }, xml("note", { xmlns: "urn:example:note" }));
  const questions: Record<string, [type: "get" | "set", to: string, element: Stanza]> = {
    "the roster": ["get", owner, xml("query", { xmlns: "jabber:iq:roster" })],
    "private storage": ["get", owner, xml("query", { xmlns: "jabber:iq:private" }, xml("x", { xmlns: "storage:x" }))],
    "the last login": ["get", owner, xml("query", { xmlns: "jabber:iq:last" })],
    "the archive": ["set", owner, xml("query", { xmlns: mam })],
    "the messages that wait": ["get", owner, xml("offline", { xmlns: "http://jabber.org/protocol/offline" })],
    bookmarks: ["get", owner, items("urn:xmpp:bookmarks:1")],
    "the mood": ["get", owner, items("http://jabber.org/protocol/mood")],
    "the keys' list": ["get", owner, items("eu.siacs.conversations.axolotl.devicelist")],
    "to publish for somebody": [
      "set",
      owner,
      xml("pubsub", { xmlns: pubsub }, xml("publish", { node: "http://jabber.org/protocol/mood" }, note)),
    ],
    "the archive of a room for members": ["set", room, xml("query", { xmlns: mam })],
    "a room's members": [
      "get",
      room,
      xml("query", { xmlns: "http://jabber.org/protocol/muc#admin" }, xml("item", { affiliation: "member" })),
    ],
    "another account's password": [
      "set",
      owner.slice(owner.indexOf("@") + 1),
      xml(
        "query",
        { xmlns: "jabber:iq:register" },
        xml("username", {}, owner.slice(0, owner.indexOf("@"))),
        xml("password", {}, "taken over"),
      ),
    ],
    "a new account": [
      "set",
      owner.slice(owner.indexOf("@") + 1),
      xml("query", { xmlns: "jabber:iq:register" }, xml("username", {}, "by-myself"), xml("password", {}, "secret-1")),
    ],
    "a command of the administrator's": [
      "set",
      owner.slice(owner.indexOf("@") + 1),
      xml("command", {
        xmlns: "http://jabber.org/protocol/commands",
        node: "http://jabber.org/protocol/admin#add-user",
      }),
    ],
  };
  const asked: Record<string, string> = {};
  for (const [what, [type, to, element]] of Object.entries(questions)) {
    const answer = await answerTo(session, type, to, element);
    const found = answer.getChild("fin", mam)?.getChild("set", "http://jabber.org/protocol/rsm")?.getChildText("count");
    asked[what] = conditionOf(answer) ?? (typeof found === "string" ? `${found} messages` : "given");
  }
  return asked;
}

await main();
