import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import type { Stanza } from "../../../scripts/probes/iq.ts";
import { logIn } from "./session.ts";

/**
 * Has an account write to itself, a message after the other, for some seconds.
 *
 * Standard input: an {@link OwnMessagesOrder} as JSON. Standard output: how long each took to come back, in ms, as a JSON array.
 */
async function main(): Promise<void> {
  const { login, seconds } = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(login);
  const ends = performance.now() + seconds * 1000;
  process.stdout.write(JSON.stringify(await writeToItself(session, () => performance.now() >= ends)));
  await session.stop();
}

const orderSchema = z.object({
  login: z.object({ jid: z.string(), password: z.string() }),
  seconds: z.number(),
});

/** Account, and for how long it writes. */
export type OwnMessagesOrder = z.infer<typeof orderSchema>;

/** Writes to itself ten times a second at most, until told to end. Resolves to the time that each message took, in ms. */
async function writeToItself(session: Client, isOver: () => boolean): Promise<readonly number[]> {
  const times: number[] = [];
  const own = String(session.jid?.bare());
  while (!isOver()) {
    const id = `own-${times.length}`;
    const started = performance.now();
    const back = new Promise<void>((resolve) => {
      session.on("stanza", ({ attrs }: Stanza) => attrs["id"] === id && resolve());
    });
    await session.send(xml("message", { to: own, type: "chat", id }, xml("body", {}, id)));
    await back;
    times.push(performance.now() - started);
    await wait(100);
  }
  return times;
}

await main();
