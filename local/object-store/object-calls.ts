import { z } from "zod";

import type { Bucket, Buckets } from "./buckets.ts";
import { parseXml, readText, requireAccess, type S3Answer, type S3Call, xmlAnswer } from "./call.ts";
import { noSuchBucket, noSuchKey, noSuchVersion, notImplemented, S3Error } from "./errors.ts";
import { answerMultipartCall } from "./multipart-calls.ts";
import { type CopySource, keepsOlder, keptHeaders, versionHeader } from "./object-headers.ts";
import type { ObjectVersion } from "./object-index.ts";
import { answerRetention, lockHeaders, newRetention, refuseLocked, requireChecksum } from "./object-lock.ts";

/** Answers a call to an object: reads, stores, copies or deletes it, or uploads it in parts. Throws an S3Error. */
export async function answerObjectCall(
  call: S3Call,
  buckets: Buckets,
  { region, name, key }: { readonly region: string; readonly name: string; readonly key: string },
): Promise<S3Answer> {
  const isRead = call.method === "GET" || call.method === "HEAD";
  requireAccess(call, name, isRead ? "read" : "write");
  const unknown = [...call.query.keys()].find((parameter) => notDone.has(parameter));
  if (unknown !== undefined) throw notImplemented(`${call.method} ?${unknown} of an object`);
  const bucket = await buckets.find(region, name);
  if (bucket === undefined) throw noSuchBucket();
  const source = await readSource(call, buckets, region);
  if (call.query.has("retention")) {
    return answerRetention(call, bucket, findVersion(bucket, key, call.query.get("versionId")));
  }
  if (call.query.has("uploads") || call.query.has("uploadId")) return answerMultipartCall(call, bucket, key, source);
  switch (call.method) {
    case "GET":
    case "HEAD":
      return getObject(call, bucket, key);
    case "PUT":
      return source === undefined ? putObject(call, bucket, key) : copyObject(call, bucket, key, source);
    case "DELETE":
      return deleteObject(call, bucket, key, call.query.get("versionId"));
    default:
      throw notImplemented(`${call.method} of an object`);
  }
}

const notDone = new Set(["acl", "tagging", "legal-hold", "torrent", "restore", "select", "attributes"]);

/**
 * Deletes the objects, or versions of objects, that the body names.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
export async function deleteObjects(call: S3Call, bucket: Bucket): Promise<S3Answer> {
  const { Delete: wanted } = parseXml(await readText(call), deleteDocument, ["Object"]);
  const deleted: object[] = [];
  const refused: object[] = [];
  for (const { Key, VersionId } of wanted.Object) {
    const named = { Key, ...(VersionId === undefined ? {} : { VersionId }) };
    try {
      const { headers = {} } = await deleteObject(call, bucket, Key, VersionId);
      const marker = headers["x-amz-delete-marker"] === "true" && VersionId === undefined;
      deleted.push({
        ...named,
        ...(marker ? { DeleteMarker: true, DeleteMarkerVersionId: headers["x-amz-version-id"] } : {}),
      });
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      refused.push({ ...named, Code: error.code, Message: error.message });
    }
  }
  return xmlAnswer("DeleteResult", {
    ...(wanted.Quiet === "true" ? {} : { Deleted: deleted }),
    ...(refused.length === 0 ? {} : { Error: refused }),
  });
}

const deleteDocument = z.object({
  Delete: z.object({
    Quiet: z.string().optional(),
    Object: z.array(z.object({ Key: z.string(), VersionId: z.string().optional() })).max(1000),
  }),
});

async function getObject(call: S3Call, bucket: Bucket, key: string): Promise<S3Answer> {
  const version = findVersion(bucket, key, call.query.get("versionId"));
  const headers = {
    "content-type": "binary/octet-stream",
    ...version.headers,
    etag: `"${version.etag}"`,
    "last-modified": new Date(version.lastModified).toUTCString(),
    "accept-ranges": "bytes",
    ...versionHeader(bucket, version),
    ...lockHeaders(version),
  };
  const refused = checkConditions(call, version);
  if (refused !== undefined) return { status: refused, headers };
  const sizeBytes = await bucket.objects.sizeOf(version);
  if (sizeBytes === undefined) throw noSuchKey();
  const range = readRange(call.headers["range"], sizeBytes);
  const length = range === undefined ? sizeBytes : range.end - range.start + 1;
  const part = range && { "content-range": `bytes ${range.start}-${range.end}/${sizeBytes}` };
  const all = {
    status: part === undefined ? 200 : 206,
    headers: { ...headers, ...part, "content-length": String(length) },
  };
  return call.method === "HEAD" || length === 0 ? all : { ...all, body: await bucket.objects.read(version, range) };
}

function findVersion({ objects }: Bucket, key: string, versionId: string | undefined): ObjectVersion {
  const found = versionId === undefined ? objects.index.current(key) : objects.index.version(key, versionId);
  if (found === undefined) throw versionId === undefined ? noSuchKey() : noSuchVersion();
  if (found.isDeleteMarker) throw new S3Error(405, "MethodNotAllowed", "This version is a delete marker.");
  return found;
}

function checkConditions({ headers }: S3Call, version: ObjectVersion): number | undefined {
  const names = (list: string) => list.split(",").some((each) => [`"${version.etag}"`, "*"].includes(each.trim()));
  const modified = Math.floor(Date.parse(version.lastModified) / 1000) * 1000;
  const { "if-match": match, "if-none-match": noneMatch } = headers;
  if (match !== undefined && !names(match)) throw preconditionFailed();
  if (noneMatch !== undefined) return names(noneMatch) ? 304 : undefined;
  const { "if-modified-since": since, "if-unmodified-since": until } = headers;
  if (until !== undefined && match === undefined && modified > Date.parse(until)) throw preconditionFailed();
  return since !== undefined && modified <= Date.parse(since) ? 304 : undefined;
}

/** Several ranges at once are answered with the whole, as S3 does. */
function readRange(header: string | undefined, sizeBytes: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || last === undefined || first + last === "") return undefined;
  const start = first === "" ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === "" || last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (start > end) throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable.");
  return { start, end };
}

async function putObject(call: S3Call, bucket: Bucket, key: string): Promise<S3Answer> {
  if (call.headers["content-length"] === undefined) {
    throw new S3Error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
  }
  for (const condition of ["if-match", "if-none-match"]) {
    if (call.headers[condition] !== undefined) throw notImplemented(`PUT with ${condition}`);
  }
  requireChecksum(call, bucket);
  const object = { key, headers: keptHeaders(call), ...newRetention(call, bucket) };
  const stored = await bucket.objects.put(object, call.body(), keepsOlder(bucket));
  return { status: 200, headers: { etag: `"${stored.etag}"`, ...versionHeader(bucket, stored) } };
}

async function copyObject(call: S3Call, bucket: Bucket, key: string, source: CopySource): Promise<S3Answer> {
  const { version } = source;
  const isReplaced = call.headers["x-amz-metadata-directive"] === "REPLACE";
  const object = {
    key,
    headers: isReplaced ? keptHeaders(call) : version.headers,
    etag: version.etag,
    ...newRetention(call, bucket),
  };
  const stored = await bucket.objects.put(object, await source.bucket.objects.read(version), keepsOlder(bucket));
  const result = { LastModified: stored.lastModified, ETag: `"${stored.etag}"` };
  return xmlAnswer("CopyObjectResult", result, versionHeader(bucket, stored));
}

async function deleteObject(
  call: S3Call,
  bucket: Bucket,
  key: string,
  versionId: string | undefined,
): Promise<S3Answer> {
  const { objects } = bucket;
  if (versionId === undefined) {
    const marker = await objects.delete(key, keepsOlder(bucket));
    if (marker === undefined) return { status: 204 };
    return { status: 204, headers: { "x-amz-delete-marker": "true", ...versionHeader(bucket, marker) } };
  }
  const version = objects.index.version(key, versionId);
  if (version !== undefined) {
    refuseLocked(call, bucket, version);
    await objects.deleteVersion(version);
  }
  const marker: Record<string, string> = version?.isDeleteMarker === true ? { "x-amz-delete-marker": "true" } : {};
  return { status: 204, headers: { ...marker, "x-amz-version-id": versionId } };
}

async function readSource(call: S3Call, buckets: Buckets, region: string): Promise<CopySource | undefined> {
  const header = call.headers["x-amz-copy-source"];
  if (header === undefined) return undefined;
  const [path = "", search] = header.split("?");
  const [, name = "", key = ""] = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(path)) ?? [];
  requireAccess(call, name, "read");
  const bucket = await buckets.find(region, name);
  if (bucket === undefined) throw noSuchBucket();
  const versionId = new URLSearchParams(search).get("versionId") ?? undefined;
  return { bucket, version: findVersion(bucket, key, versionId) };
}

function preconditionFailed(): S3Error {
  return new S3Error(412, "PreconditionFailed", "One of the preconditions did not hold.");
}
