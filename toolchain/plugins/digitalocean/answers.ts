import type { Region_slug } from "@digitalocean/dots/src/dots/models/index.js";

/** Sorts a set for the state, numbers by value and texts by code unit, so that two reads compare equal. Empty for null. */
export function sorted<T extends string | number>(items: readonly T[] | null | undefined): T[] {
  return [...(items ?? [])].sort((one, other) =>
    typeof one === "number" ? one - Number(other) : one < String(other) ? -1 : 1,
  );
}

/**
 * A list that the program left out stays out of the state while the API has it empty, as the official plugin does after a
 * create or update. (Its read has an empty list there: pass the list itself as `given`.)
 */
export function unlessEmpty<T>(items: T[], given: unknown): T[] | null {
  return items.length === 0 && (given === undefined || given === null) ? null : items;
}

/** A time as Go prints it, `2026-11-22 18:00:00 +0000 UTC`: the state of some resources has it so. */
export function goTime(time: Date | null | undefined): string {
  if (time === undefined || time === null) return "";
  const [date = "", clock = ""] = time.toISOString().split("T");
  return `${date} ${clock.replace(/\.?0*Z$/, "")} +0000 UTC`;
}

/** A time as the API writes it, `2026-11-22T18:00:00Z`. DigitalOcean's client gives a Date. */
export function apiTime(time: Date | null | undefined): string {
  return time === undefined || time === null ? "" : time.toISOString().replace(/\.000Z$/, "Z");
}

/** A region as DigitalOcean's client types it. Whether it exists is for the API to say. */
export function regionSlug(region: string): Region_slug {
  return region as Region_slug;
}
