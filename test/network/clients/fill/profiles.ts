import { createHash } from "node:crypto";
import { type Client, xml } from "@xmpp/client";
import { requests } from "../session.ts";
import { contactName, deviceIds, filledAccount, fillPlan, fullName, type FillOrder } from "./plan.ts";

/** Writes the roster (RFC 6121), the vCard (XEP-0054) and, for the first accounts, the OMEMO keys of account `index`. */
export async function writeProfile(session: Client, order: FillOrder, index: number): Promise<void> {
  session.on("stanza", (stanza) => {
    if (!stanza.is("presence") || stanza.attrs.type !== "subscribe") return;
    void session.send(xml("presence", { to: String(stanza.attrs.from), type: "subscribed" }));
  });
  for (let which = 1; which <= fillPlan.contactsEach; which += 1) {
    const item = { jid: filledAccount(order, index + which).jid, name: contactName(index, which) };
    const group = xml("group", {}, which % 2 === 0 ? "Family" : "Friends");
    await requests(session).set(xml("query", { xmlns: "jabber:iq:roster" }, xml("item", item, group)));
  }
  await session.send(xml("presence", { to: filledAccount(order, index + 1).jid, type: "subscribe" }));
  await requests(session).set(vcard(index));
  if (index < fillPlan.withKeys) await publishKeys(session, index);
}

function vcard(index: number) {
  const photo = createHash("sha512").update(`photo ${index}`).digest("base64");
  return xml(
    "vCard",
    { xmlns: "vcard-temp" },
    xml("FN", {}, fullName(index)),
    xml("NICKNAME", {}, `p${index}`),
    xml("PHOTO", {}, xml("TYPE", {}, "image/png"), xml("BINVAL", {}, photo)),
  );
}

/** Device lists and bundles, of OMEMO as most clients speak it and of XEP-0384 in its newer form. */
async function publishKeys(session: Client, index: number): Promise<void> {
  const ids = deviceIds(index);
  const legacy = "eu.siacs.conversations.axolotl";
  const devices = ids.map((id) => xml("device", { id: String(id) }));
  await publish(session, `${legacy}.devicelist`, "current", xml("list", { xmlns: legacy }, ...devices));
  for (const id of ids) {
    await publish(session, `${legacy}.bundles:${id}`, "current", xml("bundle", { xmlns: legacy }, ...keys(id)));
  }
  const newer = "urn:xmpp:omemo:2";
  const newerDevices = ids.map((id) => xml("device", { id: String(id), label: `Device ${id}` }));
  await publish(session, `${newer}:devices`, "current", xml("devices", { xmlns: newer }, ...newerDevices));
  await publish(session, `${newer}:bundles`, String(ids[0]), xml("bundle", { xmlns: newer }, ...keys(ids[0] ?? 0)));
}

function keys(id: number) {
  const key = (name: string) => createHash("sha256").update(`${name} ${id}`).digest("base64");
  const preKeys = Array.from({ length: 10 }, (_, number) =>
    xml("preKeyPublic", { preKeyId: String(number) }, key(`pre-key ${number}`)),
  );
  return [xml("identityKey", {}, key("identity")), xml("prekeys", {}, ...preKeys)];
}

async function publish(session: Client, node: string, id: string, payload: ReturnType<typeof xml>): Promise<void> {
  const item = xml("item", { id }, payload);
  await requests(session).set(
    xml("pubsub", { xmlns: "http://jabber.org/protocol/pubsub" }, xml("publish", { node }, item)),
  );
}
