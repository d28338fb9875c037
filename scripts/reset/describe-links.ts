import { wrapped } from "../../host/terminal/text-table.ts";
import type { ResetLink } from "./make-links.ts";

/** Writes links for a terminal, with what to tell of them. */
export function describeLinks(links: readonly ResetLink[]): string {
  if (links.length === 0) return "Nobody waits for a password: no link was made.";
  const lines = links.flatMap(({ jid, link, until }) => [`${jid}, until ${minuteOf(until)}:`, `  ${link}`]);
  return [...lines, ...wrapped(advice)].join("\n");
}

const advice =
  "Whoever has such a link can take the account over, once: give it to that person alone, by a way that nobody else reads. " +
  "Earlier links of the same account are void. With the new password all devices have to log in again.";

/** Writes links as CSV (RFC 4180), with a heading, for a program that sends mail to each. */
export function linksFile(links: readonly ResetLink[]): string {
  const rows = links.map(({ name, jid, mail, link, until }) => [name, jid, mail, link, minuteOf(until)]);
  return [["name", "account", "mail", "link", "until"], ...rows]
    .map((row) => `${row.map(cell).join(",")}\r\n`)
    .join("");
}

function minuteOf(moment: string): string {
  return `${moment.slice(0, 16).replace("T", " ")} UTC`;
}

/** People chose their names: a spreadsheet would calculate one that begins like a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
