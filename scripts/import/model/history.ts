import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { parseElement, withAttributes, xmlText, type XmlElement } from "./element.ts";
import { momentOf } from "./moment.ts";
import type { Move } from "./move.ts";
import type { Room } from "./rooms.ts";

/** Message in somebody's archive, or in a room's. Those of one owner come one after the other. */
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
  /** Whether a report counts it: of a message that is in the archives of both sides, one is. */
  readonly isCounted: boolean;
}

/**
 * Gives what people wrote to each other, in private in rooms, too: person by person, oldest first, once for each side that has an
 * account here. It is there where the monitoring plugin kept it. `isPerson` says whose archives are written.
 */
export function* personalHistory(
  copy: WorkingCopy,
  move: Move,
  isPerson: (user: string) => boolean,
  rooms: readonly Room[],
  tally: Tally,
): Generator<ArchivedMessage> {
  const roomAddresses = new Map(rooms.map(({ oldAddress, name, host }) => [oldAddress, `${name}@${host}`]));
  noteSides(copy, move, isPerson, roomAddresses, tally);
  // In the order of the index, so that nothing is sorted with all its text.
  const rows = copy.each(
    `SELECT m.*, s.person, s.side, s.iscounted FROM sides AS s CROSS JOIN ofmessagearchive AS m ON m.rowid = s.message
     ORDER BY s.person, s.ms, s.message, s.side, s.iscounted`,
  );
  for (const row of rows) {
    const message = sentMessage(copy, row, move, roomAddresses);
    const side = typeof message === "string" ? undefined : message.sides[Number(row["side"])];
    if (typeof message === "string" || side === undefined) continue;
    const element = wholeMessage(row["stanza"], message.body, side.from, side.to);
    yield archived({
      owner: row["person"] ?? "",
      ms: message.ms,
      kind: "chat",
      peer: side.peer,
      xml: xmlText(element),
      txt: message.body,
      nick: "",
      originId: originIdOf(element),
      isCounted: Number(row["iscounted"]) === 1,
    });
  }
}

/** Counts what people wrote, and notes in the table `sides` whose archives each message belongs into. */
function noteSides(
  copy: WorkingCopy,
  move: Move,
  isPerson: (user: string) => boolean,
  rooms: ReadonlyMap<string, string>,
  tally: Tally,
): void {
  copy.run("DROP TABLE IF EXISTS sides");
  copy.run("CREATE TABLE sides (person TEXT, ms INTEGER, message INTEGER, side INTEGER, iscounted INTEGER)");
  for (const row of copy.each("SELECT rowid AS place, * FROM ofmessagearchive")) {
    // A room has its own history.
    if (isRoomMessage(row, move)) continue;
    const message = sentMessage(copy, row, move, rooms);
    if (typeof message === "string") {
      tally.lost("messages", message);
      continue;
    }
    const sides = message.sides.flatMap(({ owner }, side) => {
      const [person = "", host] = owner.split("@");
      return host === move.to && isPerson(person) ? [{ person, side }] : [];
    });
    if (sides.length === 0) tally.lost("messages", "neither side has an account here");
    else tally.over("messages");
    for (const [index, { person, side }] of sides.entries()) {
      const isCounted = index === 0 ? 1 : 0;
      copy.run("INSERT INTO sides VALUES (?, ?, ?, ?, ?)", person, message.ms, row["place"] ?? null, side, isCounted);
    }
  }
  copy.run("CREATE INDEX sides_person ON sides (person, ms, message, side, iscounted)");
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
  if (isTooLong(sender) || isTooLong(receiver)) return tooLong;
  const sides = ownersOf(row, [from, to], move).map((owner) => ({
    ...{ owner, from: sender, to: receiver },
    peer: owner === from ? receiver : sender,
  }));
  return { ...message, sides };
}

/** Said of a message of which an address is too long. */
export const tooLong = "an address in it is longer than the archive takes";

/** Says whether a full JID is longer than an index of the archive takes beside its owner: some 2700 bytes. */
export function isTooLong(address: string): boolean {
  return Buffer.byteLength(address) > 2000;
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
  const id = (typeof origin === "object" ? origin.attributes["id"] : undefined) ?? message.attributes["id"] ?? "";
  return isTooLong(id) ? "" : id;
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
