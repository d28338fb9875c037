import type { StoredRecord } from "./entities.ts";

/** Ways to match a field of a record, by the parameter's suffix; `name=…` is short for `name.exact=…`. */
const comparisons: Record<string, (value: string, wanted: string) => boolean> = {
  exact: (value, wanted) => value === wanted,
  contains: (value, wanted) => value.includes(wanted),
  startswith: (value, wanted) => value.startsWith(wanted),
  endswith: (value, wanted) => value.endsWith(wanted),
};

/**
 * Makes the filter that a list request's parameters ask for: `type`, `name`, `content` and `comment`, each exact or with
 * `.contains`, `.startswith`, `.endswith`, and `proxied`. Records must fit all parameters, or one of them with `match=any`.
 * Case does not matter. Other parameters filter nothing.
 */
export function recordFilter(query: Record<string, string>, zoneName: string): (record: StoredRecord) => boolean {
  const tests = Object.entries(query).flatMap(([parameter, wanted]) => {
    const [field = "", comparison = "exact"] = parameter.split(".");
    const compare = comparisons[comparison];
    const read = fields[field];
    if (compare === undefined || read === undefined) return [];
    const text = field === "name" && wanted === "@" ? zoneName : wanted;
    return [(record: StoredRecord) => compare(read(record).toLowerCase(), unquoted(text).toLowerCase())];
  });
  if (tests.length === 0) return () => true;
  return (record) =>
    query["match"] === "any" ? tests.some((test) => test(record)) : tests.every((test) => test(record));
}

const fields: Record<string, (record: StoredRecord) => string> = {
  type: ({ type }) => type,
  name: ({ name }) => name,
  content: ({ content }) => unquoted(content),
  comment: ({ comment }) => comment ?? "",
  proxied: ({ proxied }) => String(proxied),
};

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/, "$1");
}
