import { text } from "node:stream/consumers";
import { type Client, xml } from "@xmpp/client";
import { z } from "zod";
import { logIn, requests } from "./session.ts";

/**
 * Logs in and prints what a user would see of an account: contacts, vCard, OMEMO devices, size of the archive.
 *
 * Standard input: `{"jid", "password"}` as JSON. Standard output: an {@link AccountView} as JSON.
 */
async function main(): Promise<void> {
  const login = z.object({ jid: z.string(), password: z.string() }).parse(JSON.parse(await text(process.stdin)));
  const session = await logIn(login);
  const view: AccountView = {
    contacts: await contactsOf(session),
    fullName: await fullNameOf(session),
    devices: await devicesOf(session, "eu.siacs.conversations.axolotl.devicelist", "list"),
    newerDevices: await devicesOf(session, "urn:xmpp:omemo:2:devices", "devices"),
    archived: await archiveSize(session),
  };
  await session.stop();
  process.stdout.write(JSON.stringify(view));
}

/** An account as its user sees it. */
export interface AccountView {
  /** Names by bare JID. */
  readonly contacts: Readonly<Record<string, string>>;
  readonly fullName: string;
  /** Device ids, as text. */
  readonly devices: readonly string[];
  readonly newerDevices: readonly string[];
  /** Number of messages in the archive. */
  readonly archived: number;
}

async function contactsOf(session: Client): Promise<Record<string, string>> {
  const roster = await requests(session).get(xml("query", { xmlns: "jabber:iq:roster" }));
  const items = roster?.getChildren("item") ?? [];
  return Object.fromEntries(items.map(({ attrs }) => [String(attrs.jid), String(attrs.name)]));
}

async function fullNameOf(session: Client): Promise<string> {
  const vcard = await requests(session).get(xml("vCard", { xmlns: "vcard-temp" }));
  return vcard?.getChildText("FN") ?? "none";
}

async function devicesOf(session: Client, node: string, list: string): Promise<string[]> {
  const wanted = xml("pubsub", { xmlns: "http://jabber.org/protocol/pubsub" }, xml("items", { node }));
  const answer = await requests(session).get(wanted);
  const devices = answer?.getChild("items")?.getChild("item")?.getChild(list)?.getChildren("device") ?? [];
  return devices.map(({ attrs }) => String(attrs.id));
}

async function archiveSize(session: Client): Promise<number> {
  const rsmNs = "http://jabber.org/protocol/rsm";
  const mamNs = "urn:xmpp:mam:2";
  const query = xml("query", { xmlns: mamNs }, xml("set", { xmlns: rsmNs }, xml("max", {}, "1")));
  const answer = await requests(session).request(xml("iq", { type: "set" }, query));
  return Number(answer.getChild("fin", mamNs)?.getChild("set", rsmNs)?.getChildText("count"));
}

await main();
