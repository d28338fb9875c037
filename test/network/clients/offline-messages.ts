import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { text } from "node:stream/consumers";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import { addAccounts } from "./fill/accounts.ts";
import type { Stanza } from "../../../scripts/probes/iq.ts";
import { eachOf, type Login, logIn, newSession, requests } from "./session.ts";

/**
 * Has people written to while they are away, each in the way of one absence, and tells what became of each message.
 *
 * Standard input: an {@link OfflineOrder} as JSON. Standard output: a {@link Fate} for each absence, as a JSON array.
 */
async function main(): Promise<void> {
  const order = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const admin = await logIn(order.admin);
  const fates = await eachOf(order.absences, 4, (absence) => beAway(admin, order.domain, absence));
  await admin.stop();
  process.stdout.write(JSON.stringify(fates));
}

const absenceSchema = z.object({
  /** What the person's archive keeps by default (XEP-0313, section 6). */
  preference: z.enum(["always", "roster", "never"]),
  /**
   * `goodbye`: the client logs out. `timeout`: its connection is cut, and nobody resumes the stream in time (XEP-0198).
   * `replaced`: its connection is cut, and the client comes back under its resource, but without resuming.
   */
  leaves: z.enum(["goodbye", "timeout", "replaced"]),
  /** True: another client of the person's, of lower priority, stays online; it is what `delivered` counts then. */
  elsewhere: z.boolean().optional(),
  /** Number of messages that somebody sends who is in nobody's roster. */
  messages: z.number(),
});
const orderSchema = z.object({
  admin: z.object({ jid: z.string(), password: z.string() }),
  domain: z.string(),
  absences: z.array(absenceSchema),
});

/** Absences to try, each of an account of its own, which the administrator makes. */
export type OfflineOrder = z.infer<typeof orderSchema>;

/** End of the messages of one absence: numbers of those that arrived, once for each arrival, and of those that came back. */
export interface Fate {
  readonly delivered: readonly number[];
  readonly bounced: readonly number[];
}

async function beAway(admin: Client, domain: string, absence: z.infer<typeof absenceSchema>): Promise<Fate> {
  const [person, stranger] = ["away", "stranger"].map((name): Login => {
    return { jid: `${name}-${randomBytes(4).toString("hex")}@${domain}`, password: "pass-word-1", resource: "phone" };
  }) as [Login, Login];
  await addAccounts(admin, domain, [person, stranger]);
  const delivered: number[] = [];
  const note = (stanza: Stanza) => stanza.getChild("body") !== undefined && delivered.push(Number(stanza.attrs["id"]));
  const other = absence.elsewhere === true ? await logIn({ ...person, resource: "desktop" }, note) : undefined;
  await leave(person, absence);
  const bounced: number[] = [];
  const sender = await logIn(stranger);
  sender.on("stanza", (stanza) => stanza.attrs.type === "error" && bounced.push(Number(stanza.attrs.id)));
  const write = (id: string) =>
    sender.send(xml("message", { to: person.jid, type: "chat", id }, xml("body", {}, `number ${id}`)));
  for (let number = 0; number < absence.messages; number += 1) await write(String(number));
  // Whatever comes later has been handled after them.
  await requests(sender).get(xml("query", { xmlns: "jabber:iq:roster" }));
  if (absence.leaves === "timeout") await wait(resumableSeconds * 1000 + 4000);

  const back = other ?? (await logIn(person, note));
  const deadline = Date.now() + patienceMs;
  const arrived = () => delivered.length + bounced.length;
  let isQuiet = false;
  while (!isQuiet || (arrived() < absence.messages && Date.now() < deadline)) {
    const before = arrived();
    await wait(700);
    isQuiet = before === arrived();
  }
  await Promise.all([back.stop(), sender.stop()]);
  return { delivered: delivered.toSorted(ascending), bounced: bounced.toSorted(ascending) };
}

const resumableSeconds = 1;
/** Time that messages have to arrive in; those that never will are waited for as long. */
const patienceMs = 10_000;

/** Sets the person's preference, then goes as the absence says. */
async function leave(
  person: Login,
  { preference, leaves, elsewhere = false }: z.infer<typeof absenceSchema>,
): Promise<void> {
  const session = newSession(person);
  session.reconnect.stop();
  const managed = session.streamManagement as unknown as { preferredMaximum: number };
  managed.preferredMaximum = leaves === "timeout" ? resumableSeconds : 60;
  const enabled = new Promise<void>((resolve) => {
    session.on("nonza", (element: Stanza) => element.is("enabled", "urn:xmpp:sm:3") && resolve());
  });
  // A login that fails rejects below; what the library says of the end is no failure.
  session.on("error", () => undefined);
  await session.start();
  await enabled;
  await session.send(xml("presence", {}, xml("priority", {}, elsewhere ? "5" : "0")));
  const prefs = xml("prefs", { xmlns: "urn:xmpp:mam:2", default: preference }, xml("always"), xml("never"));
  await requests(session).set(prefs);
  if (leaves === "goodbye") {
    await session.stop();
    return;
  }
  const { socket } = session as unknown as { socket: { socket: { destroy(): void } } };
  const disconnected = once(session, "disconnect");
  socket.socket.destroy();
  await disconnected;
}

function ascending(a: number, b: number): number {
  return a - b;
}

await main();
