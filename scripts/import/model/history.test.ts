import { afterEach, describe, expect, it } from "vitest";
import { oldServer, type OldRows } from "../testing/old-server.ts";
import { readPeople } from "../testing/read-people.ts";
import { openSource, type OpenedSource } from "../sources/open-source.ts";
import { personalHistory } from "./history.ts";
import { roomHistory } from "./room-history.ts";
import { roomsOf } from "./rooms.ts";

const opened: OpenedSource[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source[Symbol.dispose]();
});

const start = 1_700_000_000_000;

/** Row of the monitoring plugin's schema 10. */
function kept(second: number, from: string, to: string, more: Readonly<Record<string, string | null>> = {}) {
  const [fromJID = "", fromJIDResource = null] = from.split("/");
  const [toJID = "", toJIDResource = null] = to.split("/");
  return {
    ...{ messageID: second, conversationID: 1, fromJID, fromJIDResource, toJID, toJIDResource },
    ...{ sentDate: start + second * 1000, stanza: null, body: `said ${second}`, isPMforJID: null },
    ...more,
  };
}

function logged(roomID: number, second: number, body: string | null, more: Readonly<Record<string, string>> = {}) {
  const logTime = String(start + second * 1000 + 7).padStart(15, "0");
  return {
    roomID,
    messageID: 1,
    sender: "romeo@old.test/r",
    nickname: "Romeo ☺",
    logTime,
    subject: null,
    body,
    ...more,
  };
}

/** Reads both histories of a server with the room `hall`, as lines of owner, peer, name in the room and text. */
async function histories(ofMessageArchive: OldRows, ofMucConversationLog: OldRows = [], logEnabled = 1) {
  const nickname = (bareJID: string, name: string) => ({
    ...{ conversationID: 1, joinedDate: start, leftDate: null, bareJID, jidResource: "r", nickname: name },
  });
  const source = await openSource(
    oldServer({
      ofProperty: [{ name: "xmpp.domain", propValue: "old.test", encrypted: 0, iv: null }],
      ofUser: ["romeo", "juliet"].map((username) => ({ username, plainPassword: "secret" })),
      ofMucService: [{ serviceID: 1, subdomain: "conference" }],
      ofMucRoom: [{ serviceID: 1, roomID: 7, name: "hall", naturalName: "Hall", lockedDate: "0", logEnabled }],
      ofConversation: [{ conversationID: 1, room: "hall@conference.old.test", messageCount: 1 }],
      ofConParticipant: [nickname("juliet@old.test", "Jule 🌹"), nickname("romeo@old.test", "Romeo ☺")],
      ...{ ofMessageArchive, ofMucConversationLog },
    }),
  );
  opened.push(source);
  const { move, tally, source: people } = await readPeople(source);
  const rooms = roomsOf(source.copy, move, people.roomServices, tally);
  const residents = (user: string) => people.residents.has(user);
  const messages = [
    ...roomHistory(source.copy, move, rooms, tally),
    ...personalHistory(source.copy, move, residents, rooms, tally),
  ];
  return {
    messages,
    lines: messages.map(({ owner, peer, nick, txt }) => [owner, peer, nick, txt].join(" | ")),
    rooms,
    counts: tally.counts,
  };
}

const hall = "hall@conference.old.test";

describe("messages of rooms", () => {
  it("that the monitoring plugin kept and the room's log does not have come over, each once", async () => {
    const { lines, messages, rooms } = await histories(
      [
        kept(1, "romeo@old.test/r", `${hall}/Romeo ☺`),
        kept(2, "juliet@old.test/r", `${hall}/Jule 🌹`),
        kept(3, "friend@else.test/r", `${hall}/Friend`, { body: "said 1" }),
      ],
      [logged(7, 1, "said 1"), logged(7, 40, null)],
      0,
    );
    expect(lines).toEqual([
      "hall@conference.new.test | romeo@new.test/r | Romeo ☺ | said 1",
      "hall@conference.new.test | juliet@new.test/r | Jule 🌹 | said 2",
      "hall@conference.new.test | friend@else.test/r | Friend | said 1",
    ]);
    expect(messages[1]).toMatchObject({ ms: start + 2000, kind: "groupchat", barePeer: "juliet@new.test" });
    expect(messages[1]?.xml).toBe(
      "<message xmlns='jabber:client' from='hall@conference.new.test/Jule 🌹' to='hall@conference.new.test' type='groupchat'><body>said 2</body></message>",
    );
    expect(rooms[0]?.options["mam"]).toBe(true);
  });

  it("that are the same words again later come over, too", async () => {
    const again = kept(60, "romeo@old.test/r", `${hall}/Romeo ☺`, { body: "said 1" });
    const { lines } = await histories(
      [kept(1, "romeo@old.test/r", `${hall}/Romeo ☺`), again],
      [logged(7, 1, "said 1")],
    );
    expect(lines).toHaveLength(2);
  });

  it("stay behind where the plugin is too old to tell what was said in private there", async () => {
    const rows = [kept(1, "romeo@old.test/r", `${hall}/Romeo ☺`)];
    const { lines, counts } = await histories(rows.map(({ isPMforJID, ...old }) => ({ ...old, older: isPMforJID })));
    expect(lines).toEqual([]);
    expect([...(counts.get("roomMessages")?.reasons ?? [])]).toEqual([
      ["this monitoring plugin does not tell what was said in private", 1],
    ]);
  });

  it("of rooms that do not come over are counted as lost", async () => {
    const fleeting = kept(2, "romeo@old.test/r", "fleeting@conference.old.test/Romeo ☺");
    const { lines, counts } = await histories([fleeting], [logged(8, 1, "x"), logged(8, 2, null), logged(7, 3, "y")]);
    expect(lines).toHaveLength(1);
    expect(counts.get("roomMessages")).toMatchObject({ found: 3, over: 1, lost: 2 });
  });
});

describe("messages of people", () => {
  it("are in the archives of both sides with their own times and addresses", async () => {
    const { messages, counts } = await histories([
      kept(1, "romeo@old.test/phone", "juliet@old.test"),
      kept(2, "juliet@old.test/pc", "romeo@old.test/phone"),
      kept(3, "friend@else.test/x", "romeo@old.test"),
      kept(4, "a@else.test", "b@else.test"),
      kept(5, "romeo@old.test", "juliet@old.test", { body: null }),
    ]);
    expect(messages.map(({ owner, peer, ms, kind }) => [owner, peer, ms - start, kind])).toEqual([
      ["juliet", "romeo@new.test/phone", 1000, "chat"],
      ["juliet", "romeo@new.test/phone", 2000, "chat"],
      ["romeo", "juliet@new.test", 1000, "chat"],
      ["romeo", "juliet@new.test/pc", 2000, "chat"],
      ["romeo", "friend@else.test/x", 3000, "chat"],
    ]);
    expect(counts.get("messages")).toMatchObject({ found: 5, over: 3, lost: 2 });
  });

  it("are as they were sent where the plugin kept that", async () => {
    const stanza =
      '<message type="chat" id="i7" to="x" from="y"><body>ü</body><markable xmlns="urn:xmpp:chat-markers:0"/></message>';
    const { messages } = await histories([kept(1, "romeo@old.test/phone", "juliet@old.test", { body: "ü", stanza })]);
    expect(messages[1]).toMatchObject({ txt: "ü", originId: "i7" });
    expect(messages[1]?.xml).toBe(
      "<message xmlns='jabber:client' from='romeo@new.test/phone' to='juliet@new.test' type='chat' id='i7'><body>ü</body><markable xmlns='urn:xmpp:chat-markers:0'/></message>",
    );
  });

  it("that were said in private in a room are in the archives of both, and not in the room's", async () => {
    const { messages } = await histories([
      kept(1, "romeo@old.test/r", `${hall}/Romeo ☺`, { isPMforJID: "juliet@old.test" }),
      kept(2, "juliet@old.test/r", `${hall}/Jule 🌹`, { isPMforJID: "nobody@else.test" }),
    ]);
    const room = "hall@conference.new.test";
    expect(messages.map(({ owner, peer, kind }) => [owner, peer, kind])).toEqual([
      ["juliet", `${room}/Romeo ☺`, "chat"],
      ["juliet", `${room}/nobody`, "chat"],
      ["romeo", `${room}/Jule 🌹`, "chat"],
    ]);
    expect(messages[0]?.xml).toContain(`from='${room}/Romeo ☺' to='juliet@new.test'`);
  });
});
