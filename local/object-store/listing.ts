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
  /** Whether items of the key `after` itself are yet to be listed. Default: no. */
  readonly isParted?: boolean;
  readonly maxKeys: number;
}

/**
 * Takes one page of sorted `keys`. `itemsOf` gives the items to list for a key, of a parted one those that are left; a key
 * without items is left out. Where a page is full amid a key's items, its `next` is that key.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-prefixes.html
 */
export function listPage<T>(
  keys: readonly string[],
  itemsOf: (key: string) => readonly T[],
  options: PageOptions,
): Page<T> {
  const { prefix, delimiter, maxKeys } = options;
  const items: T[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of keys) {
    if (!key.startsWith(prefix) || !isAfter(key, options)) continue;
    const common = commonPrefix(key, prefix, delimiter);
    if (common !== undefined && common === prefixes.at(-1)) continue;
    const own = itemsOf(key);
    if (own.length === 0) continue;
    const room = maxKeys - items.length - prefixes.length;
    if (room === 0) return { items, prefixes, next: last };
    last = common ?? key;
    if (common === undefined) items.push(...own.slice(0, room));
    else prefixes.push(common);
    if (common === undefined && own.length > room) return { items, prefixes, next: last };
  }
  return { items, prefixes, next: undefined };
}

function isAfter(key: string, { prefix, delimiter, after, isParted = false }: PageOptions): boolean {
  if (after === "") return true;
  if (key === after) return isParted;
  const isInside = commonPrefix(after, prefix, delimiter) === after && key.startsWith(after);
  return !isInside && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0;
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === "") return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}
