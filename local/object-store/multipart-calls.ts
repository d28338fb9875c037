import { z } from "zod";

import type { Bucket } from "./buckets.ts";
import { numberParameter, parseXml, readText, type S3Answer, type S3Call, xmlAnswer } from "./call.ts";
import { notImplemented, S3Error } from "./errors.ts";
import { owner } from "./list-calls.ts";
import { etagOfParts, joinParts, type Part } from "./multipart-uploads.ts";
import { newRetention, requireChecksum } from "./object-lock.ts";
import { type CopySource, keepsOlder, keptHeaders, versionHeader } from "./object-headers.ts";

/**
 * Answers a call of an upload in parts: begins, adds a part, lists parts, completes or gives up. Throws an S3Error.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
 */
export async function answerMultipartCall(
  call: S3Call,
  bucket: Bucket,
  key: string,
  source: CopySource | undefined,
): Promise<S3Answer> {
  const uploadId = call.query.get("uploadId");
  const names = { Bucket: bucket.record.name, Key: key };
  if (uploadId === undefined) {
    if (call.method !== "POST") throw notImplemented(`${call.method} ?uploads of an object`);
    const made = await bucket.uploads.create(key, keptHeaders(call));
    return xmlAnswer("InitiateMultipartUploadResult", { ...names, UploadId: made.uploadId });
  }
  const upload = await bucket.uploads.find(key, uploadId);
  switch (call.method) {
    case "PUT": {
      const number = partNumber(call);
      requireChecksum(call, bucket);
      const body = source === undefined ? call.body() : await readCopied(call, source);
      const part = await bucket.uploads.putPart(upload, number, body);
      if (source === undefined) return { status: 200, headers: { etag: `"${part.etag}"` } };
      return xmlAnswer("CopyPartResult", { LastModified: part.lastModified, ETag: `"${part.etag}"` });
    }
    case "GET": {
      const parts = (await bucket.uploads.parts(upload)).map(describePart);
      return xmlAnswer("ListPartsResult", { ...names, UploadId: uploadId, IsTruncated: false, Part: parts });
    }
    case "POST": {
      const parts = chooseParts(await readText(call), await bucket.uploads.parts(upload));
      const object = { key, headers: upload.headers, etag: etagOfParts(parts), ...newRetention(call, bucket) };
      const stored = await bucket.objects.put(object, joinParts(parts), keepsOlder(bucket));
      await bucket.uploads.remove(upload);
      const result = { ...names, ETag: `"${stored.etag}"` };
      return xmlAnswer("CompleteMultipartUploadResult", result, versionHeader(bucket, stored));
    }
    case "DELETE":
      await bucket.uploads.remove(upload);
      return { status: 204 };
    default:
      throw notImplemented(`${call.method} of an upload`);
  }
}

/**
 * Lists a bucket's uploads under way.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
 */
export async function listUploads({ record, uploads }: Bucket): Promise<S3Answer> {
  const all = await uploads.list();
  return xmlAnswer("ListMultipartUploadsResult", {
    Bucket: record.name,
    IsTruncated: false,
    Upload: all.map(({ key, uploadId, initiatedAt }) => ({
      Key: key,
      UploadId: uploadId,
      Initiator: owner,
      Owner: owner,
      StorageClass: "STANDARD",
      Initiated: initiatedAt,
    })),
  });
}

function partNumber(call: S3Call): number {
  const number = numberParameter(call, "partNumber", 0, maximumPart + 1);
  if (number >= 1 && number <= maximumPart) return number;
  throw new S3Error(400, "InvalidArgument", `partNumber must be from 1 to ${maximumPart}.`);
}

const maximumPart = 10_000;

function readCopied(call: S3Call, { bucket, version }: CopySource) {
  const range = call.headers["x-amz-copy-source-range"];
  if (range === undefined) return bucket.objects.read(version);
  const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
  if (start === undefined || end === undefined || Number(end) >= version.sizeBytes) {
    throw new S3Error(416, "InvalidRange", "x-amz-copy-source-range does not lie inside the object.");
  }
  return bucket.objects.read(version, { start: Number(start), end: Number(end) });
}

function describePart({ number, etag, sizeBytes, lastModified }: Part) {
  return { PartNumber: number, LastModified: lastModified, ETag: `"${etag}"`, Size: sizeBytes };
}

const completeDocument = z.object({
  CompleteMultipartUpload: z.object({
    Part: z.array(z.object({ PartNumber: z.string(), ETag: z.string() })).min(1),
  }),
});

const minimumPartBytes = 5 * 1024 * 1024;

function chooseParts(document: string, uploaded: readonly Part[]): Part[] {
  const { CompleteMultipartUpload: wanted } = parseXml(document, completeDocument, ["Part"]);
  const chosen = wanted.Part.map(({ PartNumber, ETag }) => {
    const etag = ETag.replace(/^"|"$/g, "");
    const part = uploaded.find((each) => each.number === Number(PartNumber) && each.etag === etag);
    if (part === undefined) throw new S3Error(400, "InvalidPart", `Part ${PartNumber} with ETag ${ETag} is not there.`);
    return part;
  });
  for (const [index, part] of chosen.entries()) {
    const next = chosen[index + 1];
    if (next === undefined) break;
    if (next.number <= part.number) throw new S3Error(400, "InvalidPartOrder", "Parts must be listed in their order.");
    if (part.sizeBytes < minimumPartBytes) {
      throw new S3Error(400, "EntityTooSmall", "All parts but the last must have 5 MiB or more.");
    }
  }
  return chosen;
}
