import { createHash } from "node:crypto";
import { xml } from "@xmpp/client";
import type { Stanza } from "../../scripts/probes/iq.ts";

/** What a person sees of an account at any server, in an order of its own and with the domain replaced by `DOMAIN`. */
export interface AccountSeen {
  /** Contacts by JID: name, subscription, open request, groups. */
  readonly contacts: Readonly<Record<string, ContactSeen>>;
  /** Text of the vCard's elements by path, pictures as SHA-256. */
  readonly vcard: Readonly<Record<string, string>>;
  /** Bookmarked rooms by JID: name, nickname, password. */
  readonly bookmarks: Readonly<Record<string, readonly string[]>>;
  /** Rules of the privacy lists by name. */
  readonly privacy: Readonly<Record<string, readonly string[]>>;
  /** Name of the default privacy list, or empty. */
  readonly defaultList: string;
  /** Items of the person's own nodes by node, as text. */
  readonly published: Readonly<Record<string, string>>;
}

/** Contact as the roster shows it. */
export interface ContactSeen {
  readonly name: string;
  readonly subscription: string;
  readonly asks: boolean;
  readonly groups: readonly string[];
}

/** Sends a request of type get and resolves to what is in the answer; rejects for an error. */
export type Get = (element: Stanza, to?: string) => Promise<Stanza | undefined>;

/** Looks at an account through its owner's session. */
export async function seenBy(get: Get, domain: string): Promise<AccountSeen> {
  const lists = await get(xml("query", { xmlns: "jabber:iq:privacy" }));
  const names = lists?.getChildren("list").map(({ attrs }) => String(attrs.name)) ?? [];
  const seen: AccountSeen = {
    contacts: contactsIn(await get(xml("query", { xmlns: "jabber:iq:roster" }))),
    vcard: textsIn(await get(xml("vCard", { xmlns: "vcard-temp" })), ""),
    bookmarks: bookmarksIn(await storedBookmarks(get)),
    privacy: Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await rulesOf(get, name)] as const)),
    ),
    defaultList: String(lists?.getChild("default")?.attrs.name ?? ""),
    published: await publishedBy(get),
  };
  return JSON.parse(JSON.stringify(seen).replaceAll(domain, "DOMAIN")) as AccountSeen;
}

/** Bookmarks in private storage. Where a server keeps them among what a person publishes, and there are none, it answers with an error. */
async function storedBookmarks(get: Get): Promise<Stanza | undefined> {
  const storage = xml("storage", { xmlns: "storage:bookmarks" });
  return get(xml("query", { xmlns: "jabber:iq:private" }, storage)).catch(nothingFound);
}

function nothingFound(error: unknown): undefined {
  if (!String(error).includes("item-not-found")) throw error;
}

function contactsIn(roster: Stanza | undefined): AccountSeen["contacts"] {
  const items = roster?.getChildren("item") ?? [];
  return sorted(
    items.map((item) => [
      String(item.attrs.jid),
      {
        name: String(item.attrs.name ?? ""),
        subscription: String(item.attrs.subscription),
        asks: item.attrs.ask === "subscribe",
        groups: item
          .getChildren("group")
          .map((group) => group.getText())
          .sort(),
      },
    ]),
  );
}

function textsIn(element: Stanza | undefined, path: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const child of element?.getChildElements() ?? []) {
    const own = `${path}/${child.name}`;
    const text = child.getText();
    if (child.name === "BINVAL") found[own] = createHash("sha256").update(text.replaceAll(/\s/g, "")).digest("hex");
    else if (child.getChildElements().length === 0) found[own] = text;
    else Object.assign(found, textsIn(child, own));
  }
  return found;
}

function bookmarksIn(query: Stanza | undefined): AccountSeen["bookmarks"] {
  const rooms = query?.getChild("storage")?.getChildren("conference") ?? [];
  return sorted(
    rooms.map((room) => {
      const texts = [room.attrs.name as string, room.getChildText("nick") ?? "", room.getChildText("password") ?? ""];
      return [String(room.attrs.jid), texts];
    }),
  );
}

async function rulesOf(get: Get, name: string): Promise<string[]> {
  const query = await get(xml("query", { xmlns: "jabber:iq:privacy" }, xml("list", { name })));
  const items = query?.getChild("list")?.getChildren("item") ?? [];
  const rules = items.map(({ attrs, ...item }) => {
    const kinds = item.children.map((child) => (typeof child === "string" ? "" : child.name)).sort();
    return [attrs.order, attrs.action, attrs.type ?? "", attrs.value ?? "", ...kinds].join(" ");
  });
  return rules.sort();
}

/** Nodes of which something is looked for. */
const nodes = [
  "eu.siacs.conversations.axolotl.devicelist",
  "eu.siacs.conversations.axolotl.bundles:31415",
  "http://jabber.org/protocol/nick",
];

async function publishedBy(get: Get): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const node of nodes) {
    const wanted = xml("pubsub", { xmlns: "http://jabber.org/protocol/pubsub" }, xml("items", { node }));
    const items = await get(wanted).catch(() => undefined);
    const payload = items?.getChild("items")?.getChild("item")?.getChildElements()[0];
    if (payload !== undefined) found[node] = [...Object.values(textsIn(payload, "")), ...idsIn(payload)].join(" ");
  }
  return found;
}

function idsIn(payload: Stanza): string[] {
  return payload.getChildElements().map(({ attrs }) => String(attrs.id ?? ""));
}

function sorted<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  return Object.fromEntries([...entries].sort(([one], [other]) => (one < other ? -1 : 1)));
}
