import { z } from "zod";

/** Schema of {@link ObjectVersion}, as JSON beside the content. */
export const objectVersion = z.strictObject({
  /** Sorts by age: the newest version of a key has the greatest. Also the name of the file with its content. */
  versionId: z.string(),
  key: z.string(),
  sizeBytes: z.int(),
  /** Hex digits of its MD5, or of its parts' MD5s with their number; without quotes. */
  etag: z.string(),
  lastModified: z.iso.datetime(),
  isDeleteMarker: z.boolean(),
  /** Object Lock of this version; not there where it has none. */
  retention: z.strictObject({ mode: z.enum(["COMPLIANCE", "GOVERNANCE"]), until: z.iso.datetime() }).optional(),
  /** Headers to give back with the object, in lower case: content-type, x-amz-meta-… */
  headers: z.record(z.string(), z.string()),
});
/** One version of an object, or the marker that a delete left. */
export type ObjectVersion = z.infer<typeof objectVersion>;

/** All versions of all objects of one bucket, in memory. */
export interface ObjectIndex {
  /** The newest version; undefined when there is none or it is a delete marker. */
  current(key: string): ObjectVersion | undefined;
  version(key: string, versionId: string): ObjectVersion | undefined;
  /** Versions of a key, the newest first. */
  versions(key: string): readonly ObjectVersion[];
  /** Keys in the order of their UTF-8 bytes, those without a current version among them. */
  keys(): readonly string[];
  add(version: ObjectVersion): void;
  remove(version: ObjectVersion): void;
}

/** Makes an index of these versions, given in any order. */
export function createIndex(versions: readonly ObjectVersion[]): ObjectIndex {
  const byKey = new Map<string, ObjectVersion[]>();
  let sorted: string[] | undefined;
  const index: ObjectIndex = {
    current(key) {
      const newest = byKey.get(key)?.[0];
      return newest === undefined || newest.isDeleteMarker ? undefined : newest;
    },
    version: (key, versionId) => byKey.get(key)?.find((each) => each.versionId === versionId),
    versions: (key) => byKey.get(key) ?? [],
    keys: () => (sorted ??= [...byKey.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))),
    add(version) {
      const others = byKey.get(version.key);
      if (others === undefined) sorted = undefined;
      byKey.set(version.key, [version, ...(others ?? [])].sort(newestFirst));
    },
    remove({ key, versionId }) {
      const left = index.versions(key).filter((each) => each.versionId !== versionId);
      if (left.length > 0) return void byKey.set(key, left);
      byKey.delete(key);
      sorted = undefined;
    },
  };
  for (const version of versions) index.add(version);
  return index;
}

function newestFirst(a: ObjectVersion, b: ObjectVersion): number {
  return a.versionId < b.versionId ? 1 : -1;
}
