import type { StoredRecord } from "./entities.ts";
import { refusal } from "./errors.ts";

/**
 * Throws the 400 that Cloudflare answers when `record` cannot stand beside `others`, the zone's records: an identical one,
 * or anything beside a CNAME of the same name (RFC 1034, section 3.6.2). A record is no conflict to its own old state.
 */
export function requireNoConflict(record: StoredRecord, others: readonly StoredRecord[]): void {
  const beside = others.filter(({ id, name }) => id !== record.id && name === record.name);
  if (beside.some((other) => isIdentical(other, record))) {
    throw refusal(400, 81058, "An identical record already exists.");
  }
  if (beside.some(({ type }) => type === "CNAME")) {
    throw refusal(400, 81054, "A CNAME record with that host already exists.");
  }
  if (record.type === "CNAME" && beside.length > 0) {
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
