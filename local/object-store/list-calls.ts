import type { Bucket } from "./buckets.ts";
import { numberParameter, type S3Answer, type S3Call, xmlAnswer } from "./call.ts";
import { S3Error } from "./errors.ts";
import { listPage, type Page, type PageOptions } from "./listing.ts";
import type { ObjectVersion } from "./object-index.ts";
import { uriEncode } from "./signature.ts";

/**
 * Lists a bucket's current objects, pages marked by keys.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
 */
export function listObjects(call: S3Call, bucket: Bucket): S3Answer {
  const { options, name, common } = readOptions(call, call.query.get("marker") ?? "");
  const page = listPage(bucket.objects.index.keys(), currentOf(bucket), options);
  return xmlAnswer("ListBucketResult", {
    Name: bucket.record.name,
    ...common,
    Marker: name(options.after),
    IsTruncated: page.next !== undefined,
    ...(page.next === undefined ? {} : { NextMarker: name(page.next) }),
    Contents: page.items.map((version) => ({ ...describe(version, name), Owner: owner })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: name(prefix) })),
  });
}

/**
 * Lists a bucket's current objects, pages marked by tokens.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function listObjectsV2(call: S3Call, bucket: Bucket): S3Answer {
  const token = call.query.get("continuation-token");
  const startAfter = call.query.get("start-after");
  const { options, name, common } = readOptions(call, token === undefined ? (startAfter ?? "") : decodeToken(token));
  const page = listPage(bucket.objects.index.keys(), currentOf(bucket), options);
  const withOwner = call.query.get("fetch-owner") === "true" ? { Owner: owner } : {};
  return xmlAnswer("ListBucketResult", {
    Name: bucket.record.name,
    ...common,
    KeyCount: page.items.length + page.prefixes.length,
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(startAfter === undefined ? {} : { StartAfter: name(startAfter) }),
    IsTruncated: page.next !== undefined,
    ...(page.next === undefined ? {} : { NextContinuationToken: encodeToken(page.next) }),
    Contents: page.items.map((version) => ({ ...describe(version, name), ...withOwner })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: name(prefix) })),
  });
}

/**
 * Lists all versions and delete markers of a bucket, pages marked by keys and versions: a page may end between two versions of
 * a key. Throws 400 for a version's mark without a key's.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export function listVersions(call: S3Call, { record, objects: { index } }: Bucket): S3Answer {
  const { options, name, common } = readOptions(call, call.query.get("key-marker") ?? "");
  const lastId = call.query.get("version-id-marker") ?? "";
  if (lastId !== "" && options.after === "") {
    throw new S3Error(400, "InvalidArgument", "A version-id marker cannot be specified without a key marker.");
  }
  const itemsOf = (key: string) =>
    key === options.after ? olderThan(lastId, index.versions(key)) : index.versions(key);
  const page = listPage(index.keys(), itemsOf, { ...options, isParted: lastId !== "" });
  const describeVersion = (version: ObjectVersion) => ({
    ...(version.isDeleteMarker
      ? { Key: name(version.key), LastModified: version.lastModified }
      : describe(version, name)),
    VersionId: version.versionId,
    IsLatest: index.versions(version.key)[0] === version,
    Owner: owner,
  });
  return xmlAnswer("ListVersionsResult", {
    Name: record.name,
    ...common,
    KeyMarker: name(options.after),
    VersionIdMarker: lastId,
    IsTruncated: page.next !== undefined,
    ...nextMarkers(page, name),
    Version: page.items.filter((version) => !version.isDeleteMarker).map(describeVersion),
    DeleteMarker: page.items.filter((version) => version.isDeleteMarker).map(describeVersion),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: name(prefix) })),
  });
}

/** The one account of the local cloud. */
export const owner = { ID: "local-cloud", DisplayName: "local-cloud" } as const;

function currentOf({ objects }: Bucket) {
  return (key: string) => {
    const current = objects.index.current(key);
    return current === undefined ? [] : [current];
  };
}

function olderThan(versionId: string, versions: readonly ObjectVersion[]): readonly ObjectVersion[] {
  return versions.filter((version) => version.versionId < versionId);
}

/** A page that ends with a common prefix has no last version. */
function nextMarkers({ next, items }: Page<ObjectVersion>, name: (text: string) => string) {
  if (next === undefined) return {};
  const last = items.at(-1);
  return {
    NextKeyMarker: name(next),
    ...(last?.key === next ? { NextVersionIdMarker: last.versionId } : {}),
  };
}

function readOptions(call: S3Call, after: string) {
  const encoding = call.query.get("encoding-type");
  if (encoding !== undefined && encoding !== "url") {
    throw new S3Error(400, "InvalidArgument", "encoding-type must be url.");
  }
  const name = (text: string) => (encoding === "url" ? text.split("/").map(uriEncode).join("/") : text);
  const options: PageOptions = {
    prefix: call.query.get("prefix") ?? "",
    delimiter: call.query.get("delimiter") ?? "",
    after,
    maxKeys: numberParameter(call, "max-keys", 1000, 1000),
  };
  const common = {
    Prefix: name(options.prefix),
    ...(options.delimiter === "" ? {} : { Delimiter: name(options.delimiter) }),
    MaxKeys: options.maxKeys,
    ...(encoding === undefined ? {} : { EncodingType: encoding }),
  };
  return { options, name, common };
}

function describe({ key, lastModified, etag, sizeBytes }: ObjectVersion, name: (text: string) => string) {
  return {
    Key: name(key),
    LastModified: lastModified,
    ETag: `"${etag}"`,
    Size: sizeBytes,
    StorageClass: "STANDARD",
  };
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function decodeToken(token: string): string {
  return Buffer.from(token, "base64url").toString();
}
