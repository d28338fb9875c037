import type { Tally } from "../report/tally.ts";
import type { CopiedRow, WorkingCopy } from "../sources/working-copy.ts";
import { childrenNamed, childText, isElement, parseElement, xmlText, type XmlElement } from "./element.ts";
import type { Move } from "./move.ts";
import { isPrivate, type PublishedNode } from "./published.ts";

/** Element of somebody's private storage (XEP-0049). */
export interface PrivateElement {
  readonly namespace: string;
  readonly xml: string;
}

/** Private storage of a person, with the bookmarks in the two forms that clients of today look for. */
export interface PrivateStorage {
  readonly elements: readonly PrivateElement[];
  readonly bookmarks: readonly PublishedNode[];
}

/**
 * Gives a person's private storage. Up to schema 28 it is a table, later it is items called `current` of the person's own nodes.
 * `raw` is the name in the source.
 */
export function privateStorageOf(
  copy: WorkingCopy,
  move: Move,
  raw: string,
  user: string,
  tally: Tally,
): PrivateStorage {
  const rows = [
    ...copy.all("SELECT namespace, privatedata AS xml FROM ofprivate WHERE username = ?", raw),
    ...privateItems(copy, `${raw}@${move.from}`),
  ];
  const elements = new Map<string, XmlElement>();
  for (const { namespace, xml } of rows) {
    const element = parseElement(xml);
    const name = element?.attributes["xmlns"] ?? namespace ?? "";
    if (element === undefined || name === "") tally.lost("private", `it is no XML: ${namespace ?? ""}`, user);
    else elements.set(name, element);
  }
  const storage = elements.get(oldBookmarkNode);
  tally.over("private", elements.size);
  return {
    elements: [...elements].map(([namespace, element]) => ({ namespace, xml: xmlText(movedRooms(element, move)) })),
    bookmarks: storage === undefined ? [] : bookmarkNodes(movedRooms(storage, move), user, tally),
  };
}

/** Items that are private storage, and not published: their nodes are the owner's alone, and are called like what is in them. */
function privateItems(copy: WorkingCopy, service: string): CopiedRow[] {
  const rows = copy.all(
    `SELECT nodeid AS namespace, payload AS xml, (SELECT max(accessmodel) FROM ofpubsubnode AS n
      WHERE n.serviceid = i.serviceid AND n.nodeid = i.nodeid) AS access
      FROM ofpubsubitem AS i WHERE serviceid = ? AND id = 'current'`,
    service,
  );
  return rows.filter(({ namespace, xml, access }) => {
    const element = parseElement(xml);
    return element !== undefined && isPrivate(namespace, access, "current", element);
  });
}

/** Name of the node that has all bookmarks in one item (XEP-0048). */
export const oldBookmarkNode = "storage:bookmarks";

/** Name of the node that has an item for each bookmark (XEP-0402). */
export const bookmarkNode = "urn:xmpp:bookmarks:1";

/** Rooms have other addresses where the domain, or the name of the room service, is another. */
function movedRooms(storage: XmlElement, move: Move): XmlElement {
  const children = storage.children.map((child) => {
    if (!isElement(child) || child.name !== "conference") return child;
    const jid = move.jid(child.attributes["jid"] ?? "");
    return jid === undefined ? child : { ...child, attributes: { ...child.attributes, jid } };
  });
  return { ...storage, children };
}

function bookmarkNodes(storage: XmlElement, user: string, tally: Tally): PublishedNode[] {
  const rooms = childrenNamed(storage, "conference").filter(({ attributes }) => {
    const isUsable = /^[^@]+@[^@]+$/.test(attributes["jid"] ?? "");
    if (!isUsable) tally.lost("bookmarks", `it names no room: ${attributes["jid"] ?? ""}`, user);
    return isUsable;
  });
  const items = new Map(rooms.map((room) => [room.attributes["jid"] ?? "", xmlText(bookmark(room))]));
  return [
    {
      node: oldBookmarkNode,
      access: "whitelist",
      maxItems: "1",
      items: [{ id: "current", xml: xmlText(storage), moment: undefined }],
    },
    {
      node: bookmarkNode,
      access: "whitelist",
      maxItems: "max",
      items: [...items].map(([id, xml]) => ({ id, xml, moment: undefined })),
    },
  ];
}

/** The form of XEP-0402. */
function bookmark({ attributes, ...room }: XmlElement): XmlElement {
  const parts = ["nick", "password"].flatMap((name) => {
    const text = childText({ attributes, ...room }, name);
    return text === "" ? [] : [{ name, attributes: {}, children: [text] }];
  });
  return {
    name: "conference",
    attributes: {
      xmlns: bookmarkNode,
      ...(attributes["name"] === undefined ? {} : { name: attributes["name"] }),
      autojoin: attributes["autojoin"] === "true" || attributes["autojoin"] === "1" ? "true" : "false",
    },
    children: parts,
  };
}
