/** A value that is not known yet: the engine sends it in previews, and a preview answers with it. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A text, file or address that a program passes as an asset. `hash` is what the engine knows it by. */
export class Asset {
  readonly text: string | undefined;
  readonly path: string | undefined;
  readonly uri: string | undefined;
  readonly hash: string | undefined;

  constructor(content: { text?: string; path?: string; uri?: string; hash?: string }) {
    this.text = content.text;
    this.path = content.path;
    this.uri = content.uri;
    this.hash = content.hash;
  }
}

/** A property value with its secret marks taken off. Numbers are IEEE doubles, as on the wire. */
export type Value =
  string | number | boolean | null | typeof UNKNOWN | Asset | readonly Value[] | { readonly [key: string]: Value };

/** Properties of a resource, function or provider, by their Pulumi names (camel case). */
export type Bag = Readonly<Record<string, Value>>;

/** Tells whether `value` is an object with keys, not a list and not an asset. */
export function isBag(value: Value | undefined): value is { readonly [key: string]: Value } {
  return typeof value === "object" && value !== null && !isList(value) && !(value instanceof Asset);
}

/** `Array.isArray` that keeps read-only lists typed. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** Tells whether anything in `value`, at any depth, is not known yet. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === UNKNOWN) return true;
  if (isList(value)) return value.some(hasUnknown);
  return isBag(value) && Object.values(value).some(hasUnknown);
}

/** Tells whether a value is absent, or one that the vendors' APIs take as absent: `""`, `0`, `false`, an empty list or object. */
export function isEmpty(value: Value | undefined): boolean {
  if (isList(value)) return value.length === 0;
  if (isBag(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "" || value === 0 || value === false;
}

/** Compares two values, whatever the order of keys. An unknown equals nothing, itself included. */
export function isEqual(one: Value | undefined, other: Value | undefined): boolean {
  return !hasUnknown(one) && !hasUnknown(other) && canonical(one) === canonical(other);
}

/**
 * Writes a value as a text that equal values share, whatever the order of keys. With `asSet`, order of lists and empty members
 * don't count, either: so an element of a set is known again after the API has filled in what was not given.
 */
export function canonical(value: Value | undefined, asSet = false): string {
  if (value === UNKNOWN) return "unknown";
  if (value instanceof Asset) return `asset ${value.hash ?? ""} ${value.text ?? value.path ?? value.uri ?? ""}`;
  if (isList(value)) {
    const items = value.map((item) => canonical(item, asSet));
    return `[${(asSet ? items.sort() : items).join()}]`;
  }
  if (isBag(value)) {
    const kept = Object.entries(value).filter(([, item]) => !(asSet && isEmpty(item)));
    return `{${kept
      .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item, asSet)}`)
      .sort()
      .join()}}`;
  }
  return JSON.stringify(value ?? null);
}

/** Sorts texts by code unit and numbers by value, so that two readings of a set compare equal. Empty for null and undefined. */
export function sorted<T extends string | number>(items: readonly T[] | null | undefined): T[] {
  return [...(items ?? [])].sort((one, other) =>
    typeof one === "number" ? one - Number(other) : one < String(other) ? -1 : 1,
  );
}
