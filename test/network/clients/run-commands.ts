import { text } from "node:stream/consumers";
import { xml } from "@xmpp/client";
import { z } from "zod";
import { answerTo, conditionOf } from "../../../scripts/probes/iq.ts";
import { logIn, requests } from "./session.ts";

/**
 * Runs commands of the server (XEP-0050), each with its form filled in at once, one after the other.
 *
 * Standard input: a {@link CommandsOrder} as JSON. Standard output: what the server answered to each, as a JSON array of XML; of an
 * error its condition; then what it lists as its commands, and as those of its API.
 */
async function main(): Promise<void> {
  const { login, domain, commands } = orderSchema.parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(login);
  const answers: string[] = [];
  for (const { node, fields } of commands) {
    const values = Object.entries(fields).map(([name, value]) => xml("field", { var: name }, xml("value", {}, value)));
    const form = xml("x", { xmlns: "jabber:x:data", type: "submit" }, ...values);
    const command = xml("command", { xmlns: "http://jabber.org/protocol/commands", node, action: "complete" }, form);
    const answer = await answerTo(session, "set", domain, command);
    answers.push(conditionOf(answer) ?? String(answer.getChild("command")));
  }
  for (const node of ["http://jabber.org/protocol/commands", "api-commands"]) {
    const items = xml("query", { xmlns: "http://jabber.org/protocol/disco#items", node });
    answers.push(String(await requests(session).get(items, domain)));
  }
  await session.stop();
  process.stdout.write(JSON.stringify(answers));
}

const orderSchema = z.object({
  login: z.object({ jid: z.string(), password: z.string() }),
  domain: z.string(),
  commands: z.array(z.object({ node: z.string(), fields: z.record(z.string(), z.string()) })),
});

/** Commands to run as one account: nodes with the fields of their forms. */
export type CommandsOrder = z.infer<typeof orderSchema>;

await main();
