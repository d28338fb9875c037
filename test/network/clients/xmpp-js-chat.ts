import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { client, jid, xml } from "@xmpp/client";
import { z } from "zod";

/**
 * Logs in with xmpp.js as a web client does: host-meta of the domain (XEP-0156) names the WebSocket. Same input and output as
 * slixmpp_chat.py.
 *
 * usage: xmpp-js-chat.ts JID PASSWORD_FILE
 */
async function main(): Promise<void> {
  const [, , account = "", passwordFile = ""] = process.argv;
  const { local, domain } = jid(account);
  const xmpp = client({
    service: await webSocketOf(domain),
    domain,
    username: local,
    password: (await readFile(passwordFile, "utf8")).trim(),
  });
  xmpp.on("error", (error) => fail(error.message));
  xmpp.on("stanza", (stanza) => {
    const body = stanza.getChildText("body");
    if (stanza.is("message") && body !== null) say({ from: String(stanza.attrs.from), body });
  });
  const address = await xmpp.start();
  await xmpp.send(xml("presence"));
  say({ online: address.toString() });
  for await (const line of createInterface(process.stdin)) {
    const { to, body } = orderSchema.parse(JSON.parse(line));
    await xmpp.send(xml("message", { to, type: "chat" }, xml("body", {}, body)));
  }
  await xmpp.stop();
}

const orderSchema = z.object({ to: z.string(), body: z.string() });
const hostMetaSchema = z.object({ links: z.array(z.object({ rel: z.string(), href: z.string() })) });

async function webSocketOf(domain: string): Promise<string> {
  const response = await fetch(`https://${domain}/.well-known/host-meta.json`);
  const { links } = hostMetaSchema.parse(await response.json());
  const link = links.find(({ rel }) => rel === "urn:xmpp:alt-connections:websocket");
  if (link === undefined) throw new Error(`host-meta of ${domain} names no WebSocket`);
  return link.href;
}

function say(event: Readonly<Record<string, string>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function fail(reason: string): void {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

await main();
