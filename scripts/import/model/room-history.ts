import type { Tally } from "../report/tally.ts";
import type { WorkingCopy } from "../sources/working-copy.ts";
import { withAttributes, xmlText, type XmlElement } from "./element.ts";
import {
  isTooLong,
  tooLong,
  archived,
  isRoomMessage,
  textElement,
  wholeMessage,
  type ArchivedMessage,
} from "./history.ts";
import { momentOf } from "./moment.ts";
import type { Move } from "./move.ts";
import { type Room, saidToAll } from "./rooms.ts";
import { fullJid } from "./waiting-messages.ts";

/**
 * Gives the messages of the rooms, room by room: those of the rooms' own log, oldest first, then those that the monitoring plugin alone
 * kept, oldest first.
 */
export function* roomHistory(
  copy: WorkingCopy,
  move: Move,
  rooms: readonly Room[],
  tally: Tally,
): Generator<ArchivedMessage> {
  for (const room of rooms) {
    yield* loggedMessages(copy, move, room, tally);
    yield* pluginMessages(copy, move, room, tally);
  }
  countOtherRooms(copy, move, rooms, tally);
}

function* loggedMessages(copy: WorkingCopy, move: Move, room: Room, tally: Tally): Generator<ArchivedMessage> {
  const rows = copy.each("SELECT * FROM ofmucconversationlog WHERE roomid = ? ORDER BY logtime, rowid", room.roomId);
  for (const row of rows) {
    const [body, subject] = [row["body"] ?? "", row["subject"] ?? ""];
    // Somebody came or went.
    if (body === "" && subject === "") continue;
    const content = [textElement("subject", subject), textElement("body", body)].flatMap((element) => element ?? []);
    const said = {
      ...{ ms: momentOf(row["logtime"])?.getTime(), sender: fullJid(row["sender"] ?? "", move) },
      ...{ nick: nickOf(row["nickname"] ?? ""), body },
    };
    yield* saidIn(room, said, { name: "message", attributes: {}, children: content }, tally);
  }
}

/** Gives what the monitoring plugin kept of a room and the room's own log does not have, because it was off or has been emptied. */
function* pluginMessages(copy: WorkingCopy, move: Move, room: Room, tally: Tally): Generator<ArchivedMessage> {
  const rows = copy.each(
    `SELECT * FROM ofmessagearchive AS a WHERE lower(tojid) = ? AND ${saidToAll} AND NOT EXISTS (
       SELECT 1 FROM ofmucconversationlog AS l WHERE l.roomid = ? AND l.body = a.body
         AND substr(l.sender, 1, length(a.fromjid)) = a.fromjid AND l.logtime
         BETWEEN printf('%015d', CAST(a.sentdate AS INTEGER) - 5000) AND printf('%015d', CAST(a.sentdate AS INTEGER) + 5000))
     ORDER BY CAST(sentdate AS INTEGER), rowid`,
    room.oldAddress,
    room.roomId,
  );
  for (const row of rows) {
    const { fromjid, fromjidresource, tojidresource, body } = row;
    if (typeof body !== "string" && typeof row["stanza"] !== "string") {
      tally.lost("roomMessages", "there is nothing in it", room.name);
    } else if (!tellsPrivateMessages(copy)) {
      tally.lost("roomMessages", "this monitoring plugin does not tell what was said in private", room.name);
    } else {
      const sender = fullJid(fromjidresource ? `${fromjid ?? ""}/${fromjidresource}` : (fromjid ?? ""), move);
      const said = {
        ...{ ms: momentOf(row["sentdate"])?.getTime(), sender, body: body ?? "" },
        nick: tojidresource ?? fromjid?.split("@", 1)[0] ?? "",
      };
      yield* saidIn(room, said, wholeMessage(row["stanza"], body ?? "", "", ""), tally);
    }
  }
}

/** Before its schema 7 what one person told another one in a room looks like what all were told, and is not for all. */
function tellsPrivateMessages(copy: WorkingCopy): boolean {
  return copy.columns.get("ofmessagearchive")?.includes("ispmforjid") === true;
}

interface Said {
  readonly ms: number | undefined;
  /** Full JID of who said it, moved. */
  readonly sender: string | undefined;
  readonly nick: string;
  readonly body: string;
}

function* saidIn(
  room: Room,
  { ms, sender, nick, body }: Said,
  message: XmlElement,
  tally: Tally,
): Generator<ArchivedMessage> {
  if (ms === undefined || sender === undefined) {
    tally.lost("roomMessages", "it has no time, or no server takes its sender's address", room.name);
    return;
  }
  if (isTooLong(sender)) {
    tally.lost("roomMessages", tooLong, room.name);
    return;
  }
  tally.over("roomMessages");
  const own = `${room.name}@${room.host}`;
  const attributes = { xmlns: "jabber:client", from: `${own}/${nick}`, to: own, type: "groupchat" };
  const xml = xmlText(withAttributes(message, attributes));
  yield archived({
    owner: own,
    ms,
    kind: "groupchat",
    peer: sender,
    xml,
    txt: body,
    nick,
    originId: "",
    isCounted: true,
  });
}

/** Counts what was said in rooms that do not come over, as those that were open for a while only. */
function countOtherRooms(copy: WorkingCopy, move: Move, rooms: readonly Room[], tally: Tally): void {
  const [ids, addresses] = [rooms.map(({ roomId }) => roomId), rooms.map(({ oldAddress }) => oldAddress)];
  const logged = copy.all(
    `SELECT roomid AS room, count(*) AS number FROM ofmucconversationlog
     WHERE coalesce(body, '') <> '' OR coalesce(subject, '') <> '' GROUP BY roomid`,
  );
  const archived = copy.all(
    `SELECT lower(tojid) AS room, count(*) AS number FROM ofmessagearchive
     WHERE ${saidToAll} GROUP BY lower(tojid)`,
  );
  const elsewhere = [
    ...logged.filter(({ room }) => !ids.includes(room ?? "")),
    ...archived.filter(({ room }) => isRoomMessage({ tojid: room ?? "" }, move) && !addresses.includes(room ?? "")),
  ].reduce((sum, { number }) => sum + Number(number), 0);
  if (elsewhere > 0) tally.lost("roomMessages", "its room does not come over", undefined, elsewhere);
}

/** Some versions have the whole address there, others the name in the room alone. */
function nickOf(nickname: string): string {
  return nickname.slice(nickname.indexOf("/") + 1);
}
