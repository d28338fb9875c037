import type { Bucket } from "../object-store/bucket.ts";
import { S3Refusal } from "../object-store/s3-request.ts";

/**
 * Looks whether a bucket is fit for a copy: it must keep what is overwritten, and should have Object Lock for `keepDays` in the mode
 * COMPLIANCE, which no key lifts. Resolves to a line for each lack that can be lived with. Rejects where it has no versions.
 */
export async function checkCopyBucket(bucket: Bucket, keepDays: number): Promise<string[]> {
  const { bucket: name, endpoint } = bucket.place;
  if (!(await told(bucket, () => bucket.isVersioned()))) {
    throw new Error(
      `The bucket ${name} at ${endpoint} keeps no versions: what is overwritten there is lost. Nothing was copied. ` +
        "Make one with Object Lock, which has versions: docs/copy.md says how.",
    );
  }
  const lock = await told(bucket, () => bucket.defaultRetention());
  if (lock === undefined) {
    return [
      `${name} has no Object Lock: whoever gets its key can delete the copy. Make a bucket with it (docs/copy.md).`,
    ];
  }
  const weak =
    lock.mode === "COMPLIANCE"
      ? []
      : [`${name} has Object Lock in the mode ${lock.mode}, which can be lifted; take COMPLIANCE.`];
  const short =
    lock.days >= keepDays
      ? []
      : [`${name} locks for ${lock.days} days, and imera:copyKeepDays is ${keepDays}; lock for as long.`];
  return [...weak, ...short];
}

/** Explains what a key may not see, or a bucket that is not there. */
async function told<Value>({ place }: Bucket, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof S3Refusal)) throw error;
    throw new Error(
      `${error.message}. Are imera:copyBucket, imera:copyRegion, COPY_ACCESS_KEY_ID and COPY_SECRET_ACCESS_KEY those of the bucket at ` +
        `${place.endpoint}, and may the key read the bucket's settings? docs/copy.md says what it needs.`,
      { cause: error },
    );
  }
}
