import { text } from "node:stream/consumers";
import { xml } from "@xmpp/client";
import { z } from "zod";
import type { Stanza } from "../../../scripts/probes/iq.ts";
import { logIn, requests } from "./session.ts";

/**
 * Logs in, enters a room and prints what it is like there.
 *
 * Standard input: `{"jid", "password", "room", "nick", "roomPassword"}` as JSON, the last one where the room wants one. Standard
 * output: a {@link RoomView} as JSON.
 */
async function main(): Promise<void> {
  const order = visit.parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(order);
  const stanzas: Stanza[] = [];
  session.on("stanza", (stanza) => stanzas.push(stanza));
  const entered = new Promise<void>((resolve) => {
    session.on("stanza", (stanza) => {
      const isEnd = stanza.getChild("subject") !== undefined || stanza.attrs.type === "error";
      if (String(stanza.attrs.from).startsWith(order.room) && isEnd) resolve();
    });
  });
  const join = xml("x", { xmlns: mucNs }, xml("history", { maxstanzas: "0" }));
  if (order.roomPassword !== undefined) join.append(xml("password", {}, order.roomPassword));
  await session.send(xml("presence", { to: `${order.room}/${order.nick}` }, join));
  await entered;
  const own = stanzas.find(({ name, attrs }) => name === "presence" && attrs.from === `${order.room}/${order.nick}`);
  const item = own?.getChild("x", `${mucNs}#user`)?.getChild("item");
  const view: RoomView = {
    error: own?.getChild("error")?.getChildElements()[0]?.name ?? null,
    affiliation: item === undefined ? null : String(item.attrs.affiliation),
    subject: stanzas.findLast((stanza) => stanza.getChild("subject"))?.getChildText("subject") ?? "",
    history: item === undefined ? [] : await historyOf(order.room),
  };
  await session.stop();
  process.stdout.write(JSON.stringify(view));

  async function historyOf(room: string): Promise<string[]> {
    await requests(session).set(
      xml("query", { xmlns: mamNs }, xml("set", { xmlns: rsmNs }, xml("max", {}, "50"))),
      room,
    );
    const results = stanzas.flatMap((stanza) => stanza.getChild("result", mamNs) ?? []);
    return results.map(
      (result) => result.getChild("forwarded")?.getChild("message")?.getChildText("body") ?? "no body",
    );
  }
}

const mucNs = "http://jabber.org/protocol/muc";
const mamNs = "urn:xmpp:mam:2";
const rsmNs = "http://jabber.org/protocol/rsm";
const visit = z.object({
  jid: z.string(),
  password: z.string(),
  room: z.string(),
  nick: z.string(),
  roomPassword: z.string().optional(),
});

/** A room as a visitor sees it. */
export interface RoomView {
  /** Condition of the error that the room answered with; null: it let the visitor in. */
  readonly error: string | null;
  readonly affiliation: string | null;
  readonly subject: string;
  /** Texts of the first 50 archived messages. */
  readonly history: readonly string[];
}

await main();
