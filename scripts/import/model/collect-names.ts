import type { WorkingCopy } from "../sources/working-copy.ts";

/** Gives every name of the source that the new server has to prepare, some of them more than once. */
export function* namesIn(copy: WorkingCopy): Generator<string> {
  for (const query of queries) {
    for (const row of copy.each(query)) if (typeof row["name"] === "string") yield row["name"];
  }
  for (const row of copy.each(stanzas)) yield* addressesIn(row["stanza"] ?? "");
}

const queries = [
  "SELECT DISTINCT username AS name FROM ofuser",
  "SELECT DISTINCT username AS name FROM ofroster",
  "SELECT DISTINCT jid AS name FROM ofroster",
  "SELECT DISTINCT jid AS name FROM ofmucaffiliation",
  "SELECT DISTINCT jid AS name FROM ofmucmember",
  "SELECT DISTINCT name FROM ofmucroom",
  "SELECT DISTINCT username AS name FROM ofgroupuser",
  "SELECT DISTINCT sender AS name FROM ofmucconversationlog",
  "SELECT DISTINCT fromjid AS name FROM ofmessagearchive",
  "SELECT DISTINCT tojid AS name FROM ofmessagearchive",
  "SELECT DISTINCT ispmforjid AS name FROM ofmessagearchive WHERE ispmforjid IS NOT NULL",
  "SELECT DISTINCT owner AS name FROM ofmessagearchive WHERE owner IS NOT NULL",
];

const stanzas = `SELECT stanza FROM ofoffline UNION ALL SELECT privatedata FROM ofprivate UNION ALL SELECT list FROM ofprivacylist
  UNION ALL SELECT payload FROM ofpubsubitem WHERE id = 'current'`;

function addressesIn(xml: string): string[] {
  return [...xml.matchAll(/\b(?:from|jid|value)=(?:"([^"]{1,3100})"|'([^']{1,3100})')/g)].map(([, one, other]) =>
    (one ?? other ?? "").replaceAll("&amp;", "&").replaceAll("&apos;", "'").replaceAll("&quot;", '"'),
  );
}
