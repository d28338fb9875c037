import type { StoredRecord } from "./entities.ts";
import { refusal } from "./errors.ts";

/**
 * Throws the 400 that Cloudflare answers when `record` cannot stand beside `others`, the zone's records: an identical one,
 * or anything beside a CNAME of the same name (RFC 1034, section 3.6.2). At `apex`, the zone's own name, a CNAME keeps out addresses
 * only: Cloudflare answers with those it leads to. A record is no conflict to its own old state.
 */
export function requireNoConflict(record: StoredRecord, others: readonly StoredRecord[], apex: string): void {
  const named = others.filter(({ id, name }) => id !== record.id && name === record.name);
  const isAddress = ({ type }: StoredRecord) => ["A", "AAAA", "CNAME"].includes(type);
  const beside = record.name === apex && !isAddress(record) ? named.filter((other) => !isAddress(other)) : named;
  if (beside.some((other) => isIdentical(other, record))) {
    throw refusal(400, 81058, "An identical record already exists.");
  }
  if (beside.some(({ type }) => type === "CNAME")) {
    throw refusal(400, 81054, "A CNAME record with that host already exists.");
  }
  if (record.type === "CNAME" && beside.some((other) => record.name !== apex || isAddress(other))) {
    throw refusal(400, 81053, "An A, AAAA, or CNAME record with that host already exists.");
  }
}

function isIdentical(a: StoredRecord, b: StoredRecord): boolean {
  return a.type === b.type && a.priority === b.priority && plainContent(a) === plainContent(b);
}

/** Content by which records compare equal: TXT without quotation marks, IPv6 addresses in their shortest spelling. */
function plainContent({ type, content }: StoredRecord): string {
  if (type === "TXT") return content.replace(/^"(.*)"$/, "$1");
  return type === "AAAA" ? new URL(`http://[${content}]`).hostname : content;
}
