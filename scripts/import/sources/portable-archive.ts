import { childrenNamed, childText, xmlText, type XmlElement } from "../model/element.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** Adds the configuration of a personal node (XEP-0227, 4.9); what else an owner's element says of it is left out. */
export function addNode(copy: WorkingCopy, service: string, element: XmlElement): void {
  if (element.name !== "configure") return;
  const fields = childrenNamed(element, "x").flatMap((form) => childrenNamed(form, "field"));
  const field = (name: string) => {
    const found = fields.find(({ attributes }) => attributes["var"] === `pubsub#${name}`);
    return found === undefined ? null : childText(found, "value");
  };
  const most = field("max_items");
  copy.insert(
    "ofpubsubnode",
    ["serviceid", "nodeid", "accessmodel", "publishermodel", "maxitems"],
    [
      ...[service, element.attributes["node"] ?? "", field("access_model"), field("publish_model")],
      most === "max" ? "1000" : most,
    ],
  );
}

/** Adds an item of a personal node. Items stand in their order, and have no time. */
export function addPublished(copy: WorkingCopy, service: string, node: string, item: XmlElement): void {
  const payload = item.children.find((child) => typeof child !== "string");
  copy.insert(
    "ofpubsubitem",
    ["serviceid", "nodeid", "id", "payload"],
    [service, node, item.attributes["id"] ?? "", payload === undefined ? null : xmlText(payload)],
  );
}

/** Adds a message of somebody's own archive (XEP-0227, 4.10). `own` is the bare JID of the archive's owner. */
export function addArchived(copy: WorkingCopy, user: string, own: string, result: XmlElement): void {
  const [forwarded] = childrenNamed(result, "forwarded");
  const [message] = forwarded === undefined ? [] : childrenNamed(forwarded, "message");
  const [delay] = forwarded === undefined ? [] : childrenNamed(forwarded, "delay", "urn:xmpp:delay");
  const { from = own, to = own } = message?.attributes ?? {};
  copy.insert(
    "ofmessagearchive",
    ["owner", "fromjid", "fromjidresource", "tojid", "tojidresource", "sentdate", "stanza", "body"],
    [
      user,
      ...[...addressParts(from), ...addressParts(to)],
      stampOf(delay) ?? null,
      message === undefined ? null : xmlText(message),
      message === undefined ? null : childText(message, "body"),
    ],
  );
}

/** Gives the moment of a delay (XEP-0203) in milliseconds since 1970, as text. */
export function stampOf(delay: XmlElement | undefined): string | undefined {
  const ms = Date.parse(delay?.attributes["stamp"] ?? "");
  return Number.isNaN(ms) ? undefined : String(ms);
}

function addressParts(jid: string): [bare: string, resource: string | null] {
  const slash = jid.indexOf("/");
  return slash === -1 ? [jid, null] : [jid.slice(0, slash), jid.slice(slash + 1)];
}
