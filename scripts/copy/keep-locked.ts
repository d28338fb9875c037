import type { Bucket } from "../object-store/bucket.ts";
import type { ListedObject } from "../object-store/listings.ts";
import { inParallel } from "./inventory.ts";

const dayMs = 86_400_000;
/** Days before the end of an object's lock from which on it is locked anew. */
const renewalDays = 7;

/**
 * Locks objects anew whose lock ends within days, so that what a copy still needs stays locked however old it is. Does nothing in a
 * bucket without Object Lock. Young objects are not asked for: they are locked since they were stored.
 */
export async function keepLocked(
  bucket: Bucket,
  objects: readonly ListedObject[],
  keepDays: number,
  nowMs = Date.now(),
): Promise<void> {
  const lock = await bucket.defaultRetention();
  if (lock === undefined) return;
  const soonMs = nowMs + Math.min(renewalDays, lock.days / 2) * dayMs;
  const old = objects.filter(({ lastModified }) => Date.parse(lastModified) + lock.days * dayMs < soonMs);
  const until = new Date(nowMs + Math.max(lock.days, keepDays) * dayMs).toISOString();
  await inParallel(old, 16, async ({ key }) => {
    const { lockedUntil } = (await bucket.describe(key)) ?? {};
    if (lockedUntil === undefined || Date.parse(lockedUntil) < soonMs) await bucket.lockUntil(key, until);
  });
}
