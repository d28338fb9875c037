import type { Bucket } from "./buckets.ts";
import type { S3Call } from "./call.ts";
import type { ObjectVersion } from "./object-index.ts";

/** An object to copy from. */
export interface CopySource {
  readonly bucket: Bucket;
  readonly version: ObjectVersion;
}

/** Picks the headers of a request that are kept with an object, without the framing in `content-encoding`. */
export function keptHeaders({ headers }: S3Call): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => keptNames.has(name) || name.startsWith("x-amz-meta-"));
  const { "content-encoding": encoding, ...others } = Object.fromEntries(kept);
  const left = (encoding ?? "")
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "" && each !== "aws-chunked");
  return left.length === 0 ? others : { ...others, "content-encoding": left.join(",") };
}

/** Tells whether a bucket keeps replaced and deleted objects as versions: also while versioning is suspended, so that nothing is lost. */
export function keepsOlder({ record }: Bucket): boolean {
  return record.versioning !== null;
}

/** Makes the header that names a version; none in a bucket without versioning. */
export function versionHeader({ record }: Bucket, version: ObjectVersion): Record<string, string> {
  return record.versioning === null ? {} : { "x-amz-version-id": version.versionId };
}

const keptNames = new Set([
  ...["content-type", "cache-control", "content-disposition", "content-encoding", "content-language", "expires"],
]);
