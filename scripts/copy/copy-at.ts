import type { Bucket } from "../object-store/bucket.ts";
import type { ObjectVersion } from "../object-store/listings.ts";
import type { Inventory } from "./inventory.ts";
import { kindOfObject } from "./layout.ts";

/**
 * Gives a copy as it was at a time, in RFC 3339: what it had then, and a bucket that reads those versions. What was written later
 * counts for nothing, marks of deletions included.
 */
export async function copyAt(
  bucket: Bucket,
  time: string,
): Promise<{ readonly bucket: Bucket; readonly found: Inventory }> {
  const then = new Map<string, ObjectVersion>();
  for await (const version of bucket.listVersions("")) {
    const other = then.get(version.key);
    const isNewer = other === undefined || Date.parse(version.lastModified) > Date.parse(other.lastModified);
    if (Date.parse(version.lastModified) <= Date.parse(time) && isNewer) then.set(version.key, version);
  }
  const present = [...then].filter(
    ([key, { isDeleteMarker }]) => !isDeleteMarker && kindOfObject(key) !== "not copied",
  );
  const found = new Map(present);
  const read: Bucket["read"] = (key, options) => {
    const versionId = found.get(key)?.versionId;
    return bucket.read(key, { ...options, ...(versionId === undefined ? {} : { versionId }) });
  };
  return { bucket: { ...bucket, read }, found };
}
