import { text } from "node:stream/consumers";
import { xml } from "@xmpp/client";
import { z } from "zod";
import { logIn, requests } from "./session.ts";

/**
 * Asks the server for its relays and their credentials, as a client does before a call (XEP-0215).
 *
 * Standard input: `{"jid", "password"}` as JSON. Standard output: the attributes of the first relay over UDP, as JSON.
 */
async function main(): Promise<void> {
  const login = z.object({ jid: z.string(), password: z.string() }).parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(login);
  const services = await requests(session).get(xml("services", { xmlns: "urn:xmpp:extdisco:2" }), session.jid?.domain);
  await session.stop();
  const relay = services
    ?.getChildren("service")
    .find(({ attrs }) => attrs.type === "turn" && attrs.transport === "udp");
  if (relay === undefined) throw new Error(`no relay among ${String(services)}`);
  process.stdout.write(JSON.stringify(relay.attrs));
}

await main();
