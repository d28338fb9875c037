import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import { addAccounts } from "./fill/accounts.ts";
import { answerTo, conditionOf, type Stanza } from "../../../scripts/probes/iq.ts";
import { type Login, logIn, requests } from "./session.ts";

/**
 * Has one account send as fast as the server takes it, on several sessions at once, until it is refused, while others chat.
 *
 * Standard input: a {@link FloodOrder} as JSON. Standard output: a {@link Flood} as JSON.
 */
async function main(): Promise<void> {
  const { admin, domain, sessions, stopAtMiB } = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const administrator = await logIn(admin);
  const [sender, friend, other] = ["flood", "friend", "other"].map((name): Login => {
    return { jid: `${name}-${randomBytes(4).toString("hex")}@${domain}`, password: "pass-word-1" };
  }) as [Login, Login, Login];
  await addAccounts(administrator, domain, [sender, friend, other]);
  const [calm, receiver] = await Promise.all([logIn(other), logIn(friend)]);
  const senders = await Promise.all(Array.from({ length: sessions }, () => logIn(sender)));
  const [first] = senders;
  if (first === undefined) throw new Error("sessions: at least one is needed");

  const refused = Promise.race(senders.map(firstRefusal));
  const end = new AbortController();
  void refused.then(() => end.abort());
  const chat = answersMeanwhile(calm, end.signal);
  const sent = await Promise.all(senders.map((session) => send(session, friend.jid, stopAtMiB / sessions, end.signal)));
  end.abort();
  const refusal = await Promise.race([refused, wait(10_000, undefined)]);
  const vcard = xml("vCard", { xmlns: "vcard-temp" }, xml("NOTE", {}, "x".repeat(messageBytes)));
  const flood: Flood = {
    sentMiB: sent.reduce((sum, one) => sum + one, 0) / 1024 ** 2,
    refusal,
    othersAnswers: await chat,
    publishing: conditionOf(await answerTo(first, "set", sender.jid, vcard)) ?? "taken",
    reading: conditionOf(await answerTo(first, "get", sender.jid, xml("vCard", { xmlns: "vcard-temp" }))) ?? "taken",
    othersPublishing: conditionOf(await answerTo(calm, "set", other.jid, vcard)) ?? "taken",
  };
  process.stdout.write(JSON.stringify(flood));
  await Promise.all([...senders, calm, receiver, administrator].map((session) => session.stop()));
}

const messageBytes = 16 * 1024;

const orderSchema = z.object({
  admin: z.object({ jid: z.string(), password: z.string() }),
  domain: z.string(),
  /** Sessions of the one account. */
  sessions: z.number(),
  /** What is sent at most, where nothing is refused. */
  stopAtMiB: z.number(),
});

/** How much to send, and by whom the accounts are made. */
export type FloodOrder = z.infer<typeof orderSchema>;

/** What became of it. */
export interface Flood {
  readonly sentMiB: number;
  /** First error that came back: its type, condition and text; absent: nothing was refused. */
  readonly refusal?: { readonly type: string; readonly condition: string; readonly text: string } | undefined;
  /** Number of messages to itself, each archived, that another account had back, one after the other, while this one sent. */
  readonly othersAnswers: number;
  /** Condition of the error where the account then publishes something, and reads something; `taken`: none. */
  readonly publishing: string;
  readonly reading: string;
  /** The same of another account's publishing. */
  readonly othersPublishing: string;
}

/** Sends messages until told to end, or so many MiB are sent. Resolves to their bytes. */
async function send(session: Client, to: string, limitMiB: number, end: AbortSignal): Promise<number> {
  const body = "x".repeat(messageBytes);
  let bytes = 0;
  while (!end.aborted && bytes < limitMiB * 1024 ** 2) {
    await session.send(xml("message", { to, type: "chat" }, xml("body", {}, body)));
    bytes += messageBytes;
    // The server reads at its own pace; whoever waits for an answer sends at that pace, too.
    if (bytes % (messageBytes * 8) === 0) {
      await requests(session).get(xml("ping", { xmlns: "urn:xmpp:ping" }), undefined, 60_000);
    }
  }
  return bytes;
}

function firstRefusal(session: Client): Promise<Flood["refusal"]> {
  return new Promise((resolve) => {
    session.on("stanza", (stanza: Stanza) => {
      const error = stanza.is("message") ? stanza.getChild("error") : undefined;
      if (error === undefined) return;
      const condition = conditionOf(stanza) ?? "none";
      resolve({ type: String(error.attrs["type"]), condition, text: error.getChildText("text") ?? "" });
    });
  });
}

/** Writes to itself again and again until told to end. Resolves to the number of messages that had come back by then. */
async function answersMeanwhile(session: Client, end: AbortSignal): Promise<number> {
  const own = String(session.jid?.bare());
  for (let number = 0; ; number += 1) {
    const id = `own-${number}`;
    const back = new Promise<void>((resolve) => {
      session.on("stanza", (stanza: Stanza) => stanza.attrs.id === id && resolve());
    });
    await session.send(xml("message", { to: own, type: "chat", id }, xml("body", {}, id)));
    await back;
    if (end.aborted) return number;
    await wait(100);
  }
}

await main();
