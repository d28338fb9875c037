import type { Tally } from "../report/tally.ts";
import type { WorkingCopy } from "../sources/working-copy.ts";
import { parseElement, xmlText, type XmlElement } from "./element.ts";
import { momentOf } from "./moment.ts";
import type { Move } from "./move.ts";

/** Personal node of somebody (XEP-0163) with its items, oldest first. */
export interface PublishedNode {
  readonly node: string;
  readonly access: "open" | "presence" | "roster" | "whitelist";
  /** Number as text, or `max`. */
  readonly maxItems: string;
  readonly items: readonly { readonly id: string; readonly xml: string; readonly moment: string | undefined }[];
}

/** Gives a person's nodes but those of private storage. `raw` is the name in the source. */
export function publishedBy(copy: WorkingCopy, move: Move, raw: string, user: string, tally: Tally): PublishedNode[] {
  const service = `${raw}@${move.from}`;
  const nodes = copy.all(
    `SELECT nodeid, max(accessmodel) AS access, max(maxitems) AS most FROM (
      SELECT nodeid, accessmodel, maxitems FROM ofpubsubnode WHERE serviceid = ?
      UNION ALL SELECT nodeid, NULL, NULL FROM ofpubsubitem WHERE serviceid = ?)
    WHERE nodeid IS NOT NULL GROUP BY nodeid`,
    service,
    service,
  );
  return nodes.flatMap(({ nodeid, access, most }) => {
    const node = nodeid ?? "";
    const rows = copy.all(
      "SELECT * FROM ofpubsubitem WHERE serviceid = ? AND nodeid = ? ORDER BY creationdate, rowid",
      service,
      node,
    );
    const items = rows.flatMap(({ id, payload, creationdate }) => {
      const element = parseElement(payload);
      if (element === undefined) {
        tally.lost(
          "nodes",
          typeof payload !== "string"
            ? "there is nothing in it"
            : "it is cut off, as long ones are before Openfire 4.6",
          user,
        );
        return [];
      }
      if (isPrivate(nodeid, access, id, element)) return [];
      return [{ id: id ?? "", xml: xmlText(element), moment: momentOf(creationdate)?.toISOString() }];
    });
    if (items.length === 0) return [];
    const maxItems = Number(most ?? 0) > 1 || items.length > 1 ? "max" : "1";
    return [{ node, access: accessOf(node, access), maxItems, items }];
  });
}

/** Keys for encryption are for everybody, whatever the old server kept (XEP-0384): who cannot read them cannot write encrypted. */
function accessOf(node: string, access: string | null | undefined): PublishedNode["access"] {
  if (node.startsWith("eu.siacs.conversations.axolotl") || node.startsWith("urn:xmpp:omemo:")) return "open";
  return access === "open" || access === "roster" || access === "whitelist" ? access : "presence";
}

/** Says whether an item is private storage, which Openfire since 4.3 keeps as items: the node is its owner's, and called like the element. */
export function isPrivate(
  node: string | null | undefined,
  access: string | null | undefined,
  id: string | null | undefined,
  element: XmlElement,
): boolean {
  return id === "current" && (access ?? "whitelist") === "whitelist" && element.attributes["xmlns"] === node;
}
