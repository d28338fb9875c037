import { text } from "node:stream/consumers";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import { logIn, requests } from "./session.ts";

/**
 * Reads an account's message archive (XEP-0313) page by page, as a client does that was away.
 *
 * Standard input: `{"login": {"jid", "password"}, "with": JID}` as JSON. Standard output: the texts of all messages exchanged
 * with that JID, oldest first, as a JSON array.
 */
async function main(): Promise<void> {
  const { login, with: other } = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(login);
  const bodies: string[] = [];
  session.on("stanza", (stanza) => {
    const forwarded = stanza.getChild("result", mamNs)?.getChild("forwarded", "urn:xmpp:forward:0");
    const body = forwarded?.getChild("message")?.getChildText("body");
    if (typeof body === "string") bodies.push(body);
  });
  for (let page: Page = {}; page.isLast !== true;) page = await nextPage(session, other, page.last);
  await session.stop();
  process.stdout.write(JSON.stringify(bodies));
}

const orderSchema = z.object({ login: z.object({ jid: z.string(), password: z.string() }), with: z.string() });
const mamNs = "urn:xmpp:mam:2";
const rsmNs = "http://jabber.org/protocol/rsm";

interface Page {
  readonly last?: string | undefined;
  readonly isLast?: boolean;
}

async function nextPage(session: Client, other: string, after: string | undefined): Promise<Page> {
  const field = (name: string, value: string) => xml("field", { var: name }, xml("value", {}, value));
  const form = xml("x", { xmlns: "jabber:x:data", type: "submit" }, field("FORM_TYPE", mamNs), field("with", other));
  const position = after === undefined ? [] : [xml("after", {}, after)];
  const set = xml("set", { xmlns: rsmNs }, xml("max", {}, "250"), ...position);
  const query = xml("query", { xmlns: mamNs }, form, set);
  const answer = await requests(session).request(xml("iq", { type: "set" }, query));
  const fin = answer.getChild("fin", mamNs);
  const last = fin?.getChild("set", rsmNs)?.getChildText("last") ?? undefined;
  return { last, isLast: fin?.attrs.complete === "true" || last === undefined };
}

await main();
