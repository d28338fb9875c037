import type { Region_slug } from "@digitalocean/dots/src/dots/models/index.js";

/**
 * Converts a list for the state: null when it is empty and the program left it out (`given`), as the official plugin does
 * after a create or update. That plugin's read has an empty list there: for a read pass the list itself as `given`.
 */
export function unlessEmpty<T>(items: T[], given: unknown): T[] | null {
  return items.length === 0 && (given === undefined || given === null) ? null : items;
}

/** Writes a time as Go prints it, `2026-11-22 18:00:00 +0000 UTC`, for resources whose state has times in this form. Empty for none. */
export function goTime(time: Date | null | undefined): string {
  if (time === undefined || time === null) return "";
  const [date = "", clock = ""] = time.toISOString().split("T");
  return `${date} ${clock.replace(/\.?0*Z$/, "")} +0000 UTC`;
}

/** Writes a time as the API does, `2026-11-22T18:00:00Z`; DigitalOcean's client gives a Date. Empty for none. */
export function apiTime(time: Date | null | undefined): string {
  return time === undefined || time === null ? "" : time.toISOString().replace(/\.000Z$/, "Z");
}

/** Writes a slug of a region or size as the API does, which knows none with capital letters. */
export function lowerCase(slug: string): string {
  return slug.toLowerCase();
}

/** Gives a region the type that DigitalOcean's client wants, unchecked: the API refuses one that does not exist. */
export function regionSlug(region: string): Region_slug {
  return region as Region_slug;
}
