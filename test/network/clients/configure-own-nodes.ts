import { text } from "node:stream/consumers";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import type { Stanza } from "../../../scripts/probes/iq.ts";
import { logIn, requests } from "./session.ts";

const pubsubNs = "http://jabber.org/protocol/pubsub";

/**
 * Logs in, gives some of the account's own nodes another configuration, and prints what the server then answers.
 *
 * Standard input: `{"jid", "password", "nodes"}` as JSON, where `nodes` has the values of fields by variable by node. Standard
 * output: an {@link OwnAnswers} as JSON.
 */
async function main(): Promise<void> {
  const input = z
    .object({ jid: z.string(), password: z.string(), nodes: z.record(z.string(), fieldValues) })
    .parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(input);
  const forms: Record<string, FieldValues> = {};
  for (const [node, fields] of Object.entries(input.nodes)) {
    const item = xml("item", { id: "1" }, xml("x", { xmlns: "imera:test" }));
    await requests(session).set(xml("pubsub", { xmlns: pubsubNs }, xml("publish", { node }, item)));
    await requests(session).set(configure(node, form(fields)));
    forms[node] = fieldsOf(await requests(session).get(configure(node)));
  }
  const roster = (await rosterOf(session)).toSorted((one, other) =>
    (one["jid"] ?? "").localeCompare(other["jid"] ?? ""),
  );
  await session.stop();
  process.stdout.write(JSON.stringify({ forms, roster } satisfies OwnAnswers));
}

/** Values by variable, of the fields of a form (XEP-0004). */
export type FieldValues = z.infer<typeof fieldValues>;
const fieldValues = z.record(z.string(), z.array(z.string()));

/** The server's answers to the owner of an account. */
export interface OwnAnswers {
  /** The configuration's fields, without the form's type, by node. */
  readonly forms: Readonly<Record<string, FieldValues>>;
  /** Attributes of the roster's items, by JID. */
  readonly roster: readonly Readonly<Record<string, string>>[];
}

function configure(node: string, ...children: Stanza[]): Stanza {
  return xml("pubsub", { xmlns: `${pubsubNs}#owner` }, xml("configure", { node }, ...children));
}

function form(fields: FieldValues): Stanza {
  const all = Object.entries({ FORM_TYPE: [`${pubsubNs}#node_config`], ...fields });
  const written = all.map(([name, values]) =>
    xml("field", { var: name }, ...values.map((value) => xml("value", {}, value))),
  );
  return xml("x", { xmlns: "jabber:x:data", type: "submit" }, ...written);
}

function fieldsOf(answer: Stanza | undefined): FieldValues {
  const fields = answer?.getChild("configure")?.getChild("x")?.getChildren("field") ?? [];
  const values = fields.map((field) => [
    String(field.attrs["var"]),
    field.getChildren("value").map((value) => value.getText()),
  ]);
  return fieldValues.parse(Object.fromEntries(values.filter(([name]) => name !== "FORM_TYPE")));
}

async function rosterOf(session: Client): Promise<Record<string, string>[]> {
  const answer = await requests(session).get(xml("query", { xmlns: "jabber:iq:roster" }));
  return (answer?.getChildren("item") ?? []).map(({ attrs }) => attrs as Record<string, string>);
}

await main();
