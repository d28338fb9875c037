import type { Tally } from "../report/tally.ts";
import type { WorkingCopy } from "../sources/working-copy.ts";
import { childrenNamed, parseElement, withAttributes, withNamespace, xmlText, type XmlElement } from "./element.ts";
import { momentOf } from "./moment.ts";
import type { Move } from "./move.ts";

/** Gives the messages that wait for a person, oldest first, as text with the time that each was sent. `raw` is the name in the source. */
export function waitingMessagesOf(copy: WorkingCopy, move: Move, raw: string, user: string, tally: Tally): string[] {
  const rows = copy.all(
    "SELECT * FROM ofoffline WHERE username = ? ORDER BY creationdate, CAST(messageid AS INTEGER)",
    raw,
  );
  return rows.flatMap((row) => {
    const element = parseElement(row["stanza"]);
    if (element?.name !== "message") {
      tally.lost("offline", "it is no XML of a message", user);
      return [];
    }
    const from = fullJid(element.attributes["from"], move);
    if (from === undefined) {
      tally.lost("offline", "no server takes its sender's address", user);
      return [];
    }
    tally.over("offline");
    const addressed = withAttributes(withNamespace(element, "jabber:client"), { from, to: `${user}@${move.to}` });
    return [xmlText(delayed(addressed, momentOf(row["creationdate"]), move.to))];
  });
}

/** Gives a JID with its resource, moved; the domain itself where there is none. */
export function fullJid(raw: string | undefined, move: Move): string | undefined {
  if (raw === undefined) return move.to;
  const bare = move.jid(raw);
  const slash = raw.indexOf("/");
  return bare === undefined || slash === -1 ? bare : `${bare}${raw.slice(slash)}`;
}

function delayed(message: XmlElement, moment: Date | undefined, domain: string): XmlElement {
  if (moment === undefined || childrenNamed(message, "delay", "urn:xmpp:delay").length > 0) return message;
  const attributes = { xmlns: "urn:xmpp:delay", from: domain, stamp: moment.toISOString() };
  return { ...message, children: [...message.children, { name: "delay", attributes, children: [] }] };
}
