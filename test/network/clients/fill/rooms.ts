import { type Client, xml } from "@xmpp/client";
import { requests } from "../session.ts";
import { filledAccount, fillPlan, roomJid, type FillOrder } from "./plan.ts";

const mucNs = "http://jabber.org/protocol/muc";

/** Makes the rooms (XEP-0045), each with its members and their messages. The first account of a room owns it. */
export async function writeRooms(sessions: readonly Client[], order: FillOrder): Promise<void> {
  for (let room = 0; room < fillPlan.rooms; room += 1) {
    const first = room * fillPlan.membersEach;
    await writeRoom(sessions.slice(first, first + fillPlan.membersEach), order, { room, first });
  }
}

async function writeRoom(
  members: readonly Client[],
  order: FillOrder,
  { room, first }: { readonly room: number; readonly first: number },
): Promise<void> {
  const address = roomJid(order, room);
  const [owner, ...others] = members;
  if (owner === undefined) throw new Error(`nobody is there to own ${address}`);
  await join(owner, address, "owner");
  const settings = xml("x", { xmlns: "jabber:x:data", type: "submit" });
  await requests(owner).set(xml("query", { xmlns: `${mucNs}#owner` }, settings), address);
  const items = others.map((_, index) =>
    xml("item", { affiliation: "member", jid: filledAccount(order, first + 1 + index).jid }),
  );
  await requests(owner).set(xml("query", { xmlns: `${mucNs}#admin` }, ...items), address);
  const occupants = [owner, ...others.slice(0, 4)];
  await Promise.all(occupants.slice(1).map((member, index) => join(member, address, `member-${index}`)));
  await Promise.all(occupants.map((occupant, index) => speak(occupant, address, index, occupants.length)));
}

async function join(session: Client, room: string, nick: string): Promise<void> {
  const entered = new Promise<void>((resolve, reject) => {
    session.on("stanza", (stanza) => {
      if (!stanza.is("presence") || stanza.attrs.from !== `${room}/${nick}`) return;
      if (stanza.attrs.type === "error") reject(new Error(`${room}: ${stanza.toString()}`));
      else resolve();
    });
  });
  const history = xml("history", { maxstanzas: "0" });
  await session.send(xml("presence", { to: `${room}/${nick}` }, xml("x", { xmlns: mucNs }, history)));
  await entered;
}

async function speak(session: Client, room: string, index: number, speakers: number): Promise<void> {
  for (let number = index; number < fillPlan.roomMessagesEach; number += speakers) {
    const body = xml("body", {}, `Line ${number} of ${room}`);
    await session.send(xml("message", { to: room, type: "groupchat", id: `line-${number}` }, body));
  }
  await requests(session).get(xml("ping", { xmlns: "urn:xmpp:ping" }));
}
