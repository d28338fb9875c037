import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { parseElement, withAttributes, xmlText, type XmlElement } from "./element.ts";
import { momentOf } from "./moment.ts";
import type { Move } from "./move.ts";
import type { Room } from "./rooms.ts";

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

/**
 * Gives what people wrote to each other, in private in rooms, too: oldest first, once for each side that has an account here. It is
 * there where the monitoring plugin kept it. `isPerson` says whose archives are written.
 */
export function* personalHistory(
  copy: WorkingCopy,
  move: Move,
  isPerson: (user: string) => boolean,
  rooms: readonly Room[],
  tally: Tally,
): Generator<ArchivedMessage> {
  const roomAddresses = new Map(rooms.map(({ oldAddress, name, host }) => [oldAddress, `${name}@${host}`]));
  for (const row of copy.each("SELECT * FROM ofmessagearchive ORDER BY CAST(sentdate AS INTEGER), rowid")) {
    // A room has its own history.
    if (isRoomMessage(row, move)) continue;
    const message = sentMessage(copy, row, move, roomAddresses);
    if (typeof message === "string") {
      tally.lost("messages", message);
      continue;
    }
    const sides = message.sides.filter(
      ({ owner }) => owner.endsWith(`@${move.to}`) && isPerson(owner.slice(0, owner.indexOf("@"))),
    );
    if (sides.length === 0) {
      tally.lost("messages", "neither side has an account here");
      continue;
    }
    tally.over("messages");
    for (const { owner, peer, from, to } of sides) {
      const element = wholeMessage(row["stanza"], message.body, from, to);
      yield archived({
        owner: owner.slice(0, owner.indexOf("@")),
        ms: message.ms,
        kind: "chat",
        peer,
        xml: xmlText(element),
        txt: message.body,
        nick: "",
        originId: originIdOf(element),
      });
    }
  }
}

/**
 * Says whether a row of `ofmessagearchive` was said to all in a room. What one person was told there has that person in `ispmforjid`; and
 * somebody's own archive, which an export has, is that person's.
 */
export function isRoomMessage(row: CopiedRow, move: Move): boolean {
  const [, host = ""] = /@([^/]*)/.exec(row["tojid"] ?? "") ?? [];
  const isOnesOwn = typeof row["ispmforjid"] === "string" || typeof row["owner"] === "string";
  return move.roomHosts.has(host.toLowerCase()) && !isOnesOwn;
}

interface SentMessage {
  readonly ms: number;
  readonly body: string;
  readonly sides: readonly Side[];
}

/** Archive that a message belongs into, with the message's addresses as that side has them: full JIDs but the owner's. */
interface Side {
  readonly owner: string;
  readonly peer: string;
  readonly from: string;
  readonly to: string;
}

/** Reads a message that one person sent to another one; a text says why that cannot be. */
function sentMessage(
  copy: WorkingCopy,
  row: CopiedRow,
  move: Move,
  rooms: ReadonlyMap<string, string>,
): SentMessage | string {
  const [from, to] = [move.jid(row["fromjid"] ?? ""), move.jid(row["tojid"] ?? "")];
  const moment = momentOf(row["sentdate"]);
  const body = row["body"] ?? "";
  if (from === undefined || to === undefined || moment === undefined) {
    return "it has no time, or no server takes an address of it";
  }
  if (body === "" && typeof row["stanza"] !== "string") return "there is nothing in it";
  const message = { ms: moment.getTime(), body };
  if (typeof row["ispmforjid"] === "string") {
    const receiver = move.jid(row["ispmforjid"]);
    const room = rooms.get((row["tojid"] ?? "").toLowerCase());
    if (receiver === undefined || room === undefined) return "it was said in private in a room that does not come over";
    return { ...message, sides: sidesInRoom(copy, row, from, receiver, room) };
  }
  const full = (bare: string, resource: string | null | undefined) => (resource ? `${bare}/${resource}` : bare);
  const [sender, receiver] = [full(from, row["fromjidresource"]), full(to, row["tojidresource"])];
  const sides = ownersOf(row, [from, to], move).map((owner) => ({
    ...{ owner, from: sender, to: receiver },
    peer: owner === from ? receiver : sender,
  }));
  return { ...message, sides };
}

/** In a room each side knows the other one by the name there alone. */
function sidesInRoom(copy: WorkingCopy, row: CopiedRow, from: string, to: string, room: string): Side[] {
  const senderThere = `${room}/${row["tojidresource"] ?? nameInRoom(copy, row, row["fromjid"] ?? "")}`;
  const receiverThere = `${room}/${nameInRoom(copy, row, row["ispmforjid"] ?? "")}`;
  return [
    { owner: from, peer: receiverThere, from, to: receiverThere },
    { owner: to, peer: senderThere, from: senderThere, to },
  ];
}

/** Gives the name that a person had in the room of a conversation; that of the account where none was kept. */
function nameInRoom(copy: WorkingCopy, row: CopiedRow, jid: string): string {
  const bare = jid.split("/", 1)[0] ?? "";
  const [participant] = copy.all(
    "SELECT nickname FROM ofconparticipant WHERE conversationid = ? AND barejid = ? AND nickname <> '' ORDER BY rowid DESC LIMIT 1",
    row["conversationid"] ?? "",
    bare,
  );
  return participant?.["nickname"] ?? bare.split("@", 1)[0] ?? "";
}

/** Openfire keeps a message once for both sides; other servers have one in the archive of each. */
function ownersOf(row: CopiedRow, sides: readonly string[], move: Move): string[] {
  const { owner } = row;
  const only = typeof owner === "string" ? move.names.local(owner) : undefined;
  return only === undefined ? [...new Set(sides)] : [`${only}@${move.to}`];
}

/** Gives a message as it was sent where its stanza was kept; else one with its text. `from` and `to` are full JIDs. */
export function wholeMessage(stanza: string | null | undefined, body: string, from: string, to: string): XmlElement {
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

/** Makes an element with a text in it; undefined for an empty one. */
export function textElement(name: string, text: string): XmlElement | undefined {
  return text === "" ? undefined : { name, attributes: {}, children: [text] };
}

/** Completes an archived message. */
export function archived(message: Omit<ArchivedMessage, "barePeer">): ArchivedMessage {
  const slash = message.peer.indexOf("/");
  return { ...message, barePeer: slash === -1 ? message.peer : message.peer.slice(0, slash) };
}
