/** One page of a list of keys. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Common prefixes: each ends in the delimiter and stands for all keys that begin with it. */
  readonly prefixes: readonly string[];
  /** The last key or prefix of the page when more follows. */
  readonly next: string | undefined;
}

/** Choice of keys to list. An empty text is as an absent one. */
export interface PageOptions {
  readonly prefix: string;
  readonly delimiter: string;
  /** Lists what follows this key or prefix. */
  readonly after: string;
  readonly maxKeys: number;
}

/**
 * Takes one page of sorted `keys`. `itemsOf` gives the items to list for a key; a key without items is left out. A key's items
 * are never parted, so a page may hold more than `maxKeys`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
 */
export function listPage<T>(
  keys: readonly string[],
  itemsOf: (key: string) => readonly T[],
  { prefix, delimiter, after, maxKeys }: PageOptions,
): Page<T> {
  const items: T[] = [];
  const prefixes: string[] = [];
  let last = "";
  for (const key of keys) {
    if (!key.startsWith(prefix) || !isAfter(key, after, delimiter)) continue;
    const common = commonPrefix(key, prefix, delimiter);
    if (common !== undefined && common === prefixes.at(-1)) continue;
    const own = itemsOf(key);
    if (own.length === 0) continue;
    if (items.length + prefixes.length >= maxKeys) return { items, prefixes, next: last === "" ? undefined : last };
    if (common === undefined) items.push(...own);
    else prefixes.push(common);
    last = common ?? key;
  }
  return { items, prefixes, next: undefined };
}

function isAfter(key: string, after: string, delimiter: string): boolean {
  if (after === "") return true;
  const isInside = delimiter !== "" && after.endsWith(delimiter) && key.startsWith(after);
  return !isInside && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "") return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}
