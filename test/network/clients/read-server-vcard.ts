import { text } from "node:stream/consumers";
import { xml } from "@xmpp/client";
import { z } from "zod";
import { logIn, requests } from "./session.ts";

/**
 * Reads what the server says of itself in its vCard, as clients show it (XEP-0054).
 *
 * Standard input: `{"jid", "password"}` as JSON. Standard output: `{"name", "description"}` as JSON.
 */
async function main(): Promise<void> {
  const login = z.object({ jid: z.string(), password: z.string() }).parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(login);
  const vcard = await requests(session).get(xml("vCard", { xmlns: "vcard-temp" }), session.jid?.domain);
  await session.stop();
  process.stdout.write(JSON.stringify({ name: vcard?.getChildText("FN"), description: vcard?.getChildText("DESC") }));
}

await main();
