import { z } from "zod";
import type { Bucket } from "../object-store/bucket.ts";
import { S3Refusal } from "../object-store/s3-request.ts";
import { inParallel } from "./inventory.ts";
import { notesPrefix } from "./layout.ts";

const copyRecord = z.object({
  version: z.literal(1),
  domain: z.string(),
  /** Bucket that was copied. */
  source: z.object({ endpoint: z.string(), bucket: z.string() }),
  /** RFC 3339, as are all times. */
  startedAt: z.string(),
  finishedAt: z.string(),
  /** Objects of the bucket when it was listed. */
  objects: z.number(),
  bytes: z.number(),
  /** Newest object of the database's log in the bucket: a restore gets no later change. */
  newestLogAt: z.string().nullable(),
});
/** Record that each copy leaves in the copy's bucket when it is complete. */
export type CopyRecord = z.infer<typeof copyRecord>;

const recordKey = `${notesPrefix}last.json`;

/** Reads the record of the last copy that came to its end; undefined where none did. */
export async function readRecord(bucket: Bucket): Promise<CopyRecord | undefined> {
  const text = await readNote(bucket, recordKey);
  return text === undefined ? undefined : copyRecord.parse(JSON.parse(text));
}

/** Writes the record of a copy. */
export async function writeRecord(bucket: Bucket, record: CopyRecord): Promise<void> {
  await bucket.write(recordKey, Buffer.from(JSON.stringify(record)));
}

/** Objects that only the copy has, by the day on which that was first seen (`2026-11-26`). */
export type MissingSince = ReadonlyMap<string, ReadonlySet<string>>;

const missingPrefix = `${notesPrefix}missing/`;
const keys = z.array(z.string());

/** Reads since when which objects are missing in the network's bucket. */
export async function readMissing(bucket: Bucket): Promise<MissingSince> {
  const days = new Map<string, ReadonlySet<string>>();
  for await (const { key } of bucket.list(missingPrefix)) {
    const text = await readNote(bucket, key);
    const day = key.slice(missingPrefix.length, -".json".length);
    if (text !== undefined) days.set(day, new Set(keys.parse(JSON.parse(text))));
  }
  return days;
}

/** Writes the days that differ between what was known and what is known now; a day without objects is removed. */
export async function writeMissing(bucket: Bucket, before: MissingSince, now: MissingSince): Promise<void> {
  const days = [...new Set([...before.keys(), ...now.keys()])];
  const changed = days.filter((day) => !isSame(before.get(day), now.get(day)));
  await inParallel(changed, 4, async (day) => {
    const key = `${missingPrefix}${day}.json`;
    const missing = now.get(day);
    if (missing === undefined || missing.size === 0) await bucket.remove(key);
    else await bucket.write(key, Buffer.from(JSON.stringify([...missing].sort())));
  });
}

function isSame(one: ReadonlySet<string> | undefined, other: ReadonlySet<string> | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.size === other.size && [...one].every((key) => other.has(key));
}

/** Objects to remove from a copy, and what stays known to be missing. */
export interface Expiry {
  readonly expired: readonly string[];
  readonly missing: MissingSince;
}

/**
 * Decides which objects have been missing for longer than `keepDays`. An object that is there again is forgotten; one that is
 * missing for the first time counts from today. Pure.
 */
export function expiry(
  before: MissingSince,
  missingNow: readonly string[],
  { keepDays, nowMs }: { readonly keepDays: number; readonly nowMs: number },
): Expiry {
  const [today, limit] = [dayOf(nowMs), dayOf(nowMs - keepDays * dayMs)];
  const now = new Set(missingNow);
  const kept = new Map<string, ReadonlySet<string>>();
  const expired: string[] = [];
  const known = new Set<string>();
  for (const [day, objects] of [...before].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const still = [...objects].filter((key) => now.has(key) && !known.has(key));
    for (const key of still) known.add(key);
    if (day < limit) expired.push(...still);
    else if (still.length > 0) kept.set(day, new Set(still));
  }
  const fresh = missingNow.filter((key) => !known.has(key));
  if (fresh.length > 0) kept.set(today, new Set([...(kept.get(today) ?? []), ...fresh]));
  return { expired, missing: kept };
}

const dayMs = 86_400_000;

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, "2026-11-26".length);
}

async function readNote(bucket: Bucket, key: string): Promise<string | undefined> {
  try {
    return (await bucket.read(key)).toString();
  } catch (error) {
    if (error instanceof S3Refusal && error.status === 404) return undefined;
    throw error;
  }
}
