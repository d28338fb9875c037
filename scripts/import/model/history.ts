import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { parseElement, withAttributes, xmlText, type XmlElement } from "./element.ts";
import { momentOf } from "./moment.ts";
import type { Move } from "./move.ts";
import type { Room } from "./rooms.ts";
import { fullJid } from "./waiting-messages.ts";

/** Message in somebody's archive, or in a room's. */
export interface ArchivedMessage {
  /** Local part of the person, or bare JID of the room, whose archive it is. */
  readonly owner: string;
  /** Milliseconds since 1970. */
  readonly ms: number;
  readonly kind: "chat" | "groupchat";
  /** Full JID of the other side; of a room's message that of whoever said it. */
  readonly peer: string;
  readonly barePeer: string;
  readonly xml: string;
  readonly txt: string;
  readonly nick: string;
  readonly originId: string;
}

/** Gives the messages of the rooms, room by room, oldest first. */
export function* roomHistory(
  copy: WorkingCopy,
  move: Move,
  rooms: readonly Room[],
  tally: Tally,
): Generator<ArchivedMessage> {
  for (const room of rooms) {
    const own = `${room.name}@${room.host}`;
    const rows = copy.each("SELECT * FROM ofmucconversationlog WHERE roomid = ? ORDER BY logtime, rowid", room.roomId);
    for (const row of rows) {
      const [body, subject] = [row["body"] ?? "", row["subject"] ?? ""];
      // Somebody came or went.
      if (body === "" && subject === "") continue;
      const [moment, sender] = [momentOf(row["logtime"]), fullJid(row["sender"] ?? "", move)];
      if (moment === undefined || sender === undefined) {
        tally.lost("roomMessages", "it has no time, or no server takes its sender's address", room.name);
        continue;
      }
      tally.over("roomMessages");
      const nick = nickOf(row["nickname"] ?? "");
      const content = [textElement("subject", subject), textElement("body", body)].flatMap((element) => element ?? []);
      const attributes = { xmlns: "jabber:client", from: `${own}/${nick}`, to: own, type: "groupchat" };
      const xml = xmlText({ name: "message", attributes, children: content });
      yield archived({
        owner: own,
        ms: moment.getTime(),
        kind: "groupchat",
        peer: sender,
        xml,
        txt: body,
        nick,
        originId: "",
      });
    }
  }
}

/** Some versions have the whole address there, others the name in the room alone. */
function nickOf(nickname: string): string {
  return nickname.slice(nickname.indexOf("/") + 1);
}

/**
 * Gives what people wrote to each other, oldest first, once for each side that has an account here. It is there where the
 * monitoring plugin kept it. `isPerson` says whose archives are written.
 */
export function* personalHistory(
  copy: WorkingCopy,
  move: Move,
  isPerson: (user: string) => boolean,
  tally: Tally,
): Generator<ArchivedMessage> {
  for (const row of copy.each("SELECT * FROM ofmessagearchive ORDER BY CAST(sentdate AS INTEGER), rowid")) {
    const [from, to] = [move.jid(row["fromjid"] ?? ""), move.jid(row["tojid"] ?? "")];
    const moment = momentOf(row["sentdate"]);
    const body = row["body"] ?? "";
    // A room keeps its own history, and it is read from there.
    if (to !== undefined && [...move.roomHosts.values()].includes(to.slice(to.indexOf("@") + 1))) continue;
    if (from === undefined || to === undefined || moment === undefined) {
      tally.lost("messages", "it has no time, or no server takes an address of it");
      continue;
    }
    const sides = ownersOf(row, [from, to], move).filter(
      (side) => side.endsWith(`@${move.to}`) && isPerson(side.slice(0, side.indexOf("@"))),
    );
    if (sides.length === 0) {
      tally.lost("messages", "neither side has an account here");
      continue;
    }
    tally.over("messages");
    const full = (bare: string, resource: string | null | undefined) => (resource ? `${bare}/${resource}` : bare);
    const [sender, receiver] = [full(from, row["fromjidresource"]), full(to, row["tojidresource"])];
    const message = wholeMessage(row["stanza"], body, sender, receiver);
    for (const side of sides) {
      yield archived({
        owner: side.slice(0, side.indexOf("@")),
        ms: moment.getTime(),
        kind: "chat",
        peer: side === from ? receiver : sender,
        xml: xmlText(message),
        txt: body,
        nick: "",
        originId: originIdOf(message),
      });
    }
  }
}

/** Openfire keeps a message once for both sides; other servers have one in the archive of each. */
function ownersOf(row: CopiedRow, sides: readonly string[], move: Move): string[] {
  const { owner } = row;
  const only = typeof owner === "string" ? move.names.local(owner) : undefined;
  return only === undefined ? [...new Set(sides)] : [`${only}@${move.to}`];
}

/** The message as it was sent where that was kept; else one with its text. */
function wholeMessage(stanza: string | null | undefined, body: string, from: string, to: string): XmlElement {
  const kept = parseElement(stanza);
  const attributes = { xmlns: "jabber:client", from, to };
  if (kept?.name === "message") return withAttributes(kept, attributes);
  return {
    name: "message",
    attributes: { ...attributes, type: "chat" },
    children: [textElement("body", body)].flatMap((each) => each ?? []),
  };
}

function originIdOf(message: XmlElement): string {
  const origin = message.children.find((child) => typeof child !== "string" && child.name === "origin-id");
  return (typeof origin === "object" ? origin.attributes["id"] : undefined) ?? message.attributes["id"] ?? "";
}

function textElement(name: string, text: string): XmlElement | undefined {
  return text === "" ? undefined : { name, attributes: {}, children: [text] };
}

function archived(message: Omit<ArchivedMessage, "barePeer">): ArchivedMessage {
  const slash = message.peer.indexOf("/");
  return { ...message, barePeer: slash === -1 ? message.peer : message.peer.slice(0, slash) };
}
