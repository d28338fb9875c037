import { text } from "node:stream/consumers";
import { xml } from "@xmpp/client";
import { z } from "zod";
import type { Stanza } from "../../../scripts/probes/iq.ts";
import { type AccountSeen, seenBy } from "../../openfire/view.ts";
import { allowEarlyErrors, eachOf, logIn, requests } from "./session.ts";

/**
 * Logs in by PLAIN as each of many, and prints what each sees of the account.
 *
 * Standard input: `{"domain", "people": [{"user", "password"}]}` as JSON. Standard output: {@link AccountFound} by user, as JSON.
 */
async function main(): Promise<void> {
  const { domain, people } = order.parse(JSON.parse(await text(process.stdin)));
  const found = await eachOf(people, 8, async ({ user, password }) => [user, await foundBy(user, password, domain)]);
  process.stdout.write(JSON.stringify(Object.fromEntries(found)));
}

const order = z.object({ domain: z.string(), people: z.array(z.object({ user: z.string(), password: z.string() })) });

/** Account as its owner finds it at the first login. */
export interface AccountFound {
  readonly account: AccountSeen;
  /** Messages that had waited, in their order. */
  readonly waiting: readonly { readonly from: string; readonly body: string; readonly sentAt: string }[];
  /** Bare JIDs of those who ask to subscribe, sorted. */
  readonly askedBy: readonly string[];
}

async function foundBy(user: string, password: string, domain: string): Promise<AccountFound> {
  const stanzas: Stanza[] = [];
  const session = await logIn({ jid: `${user}@${domain}`, password }, (stanza) => stanzas.push(stanza));
  const caller = requests(session);
  const account = await seenBy((element, to) => caller.get(element, to), domain);
  // What waited was sent before the answer to anything that was asked after it.
  await caller.get(xml("ping", { xmlns: "urn:xmpp:ping" }));
  await session.stop();
  const waiting = stanzas.flatMap((stanza) => {
    const body = stanza.name === "message" ? stanza.getChildText("body") : null;
    const sentAt = stanza.getChild("delay", "urn:xmpp:delay")?.attrs.stamp as string | undefined;
    return body === null ? [] : [{ from: bare(stanza, domain), body, sentAt: sentAt ?? "" }];
  });
  const asks = stanzas.filter(({ name, attrs }) => name === "presence" && attrs.type === "subscribe");
  return { account, waiting, askedBy: asks.map((stanza) => bare(stanza, domain)).sort() };
}

function bare(stanza: Stanza, domain: string): string {
  return (String(stanza.attrs.from).split("/", 1)[0] ?? "").replaceAll(domain, "DOMAIN");
}

allowEarlyErrors();
await main();
