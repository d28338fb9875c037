import type { ArchivedMessage } from "../model/history.ts";

/**
 * Writes messages as PostgreSQL's COPY reads them, a line each: its columns are those of the table `arriving` on the node. Control
 * characters are left out: XML has none, and whoever got one would lose the connection.
 */
export function copyLines(messages: readonly ArchivedMessage[]): string {
  return messages.map((message, place) => `${place}\t${columnsOf(message).map(copyText).join("\t")}\n`).join("");
}

function columnsOf({ owner, ms, kind, peer, xml, txt, nick, originId, isCounted }: ArchivedMessage): string[] {
  return [owner, String(ms), kind, peer, xml, txt, nick, originId, String(isCounted)];
}

function copyText(text: string): string {
  return special.test(text) ? text.replace(specials, escaped) : text;
}

const special = /[\\\p{Cc}\ufffe\uffff]/u;
const specials = /[\\\p{Cc}\ufffe\uffff]/gu;
const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

function escaped(sign: string): string {
  return escapes[sign] ?? (/[\u007f-\u009f]/.test(sign) ? sign : "");
}
