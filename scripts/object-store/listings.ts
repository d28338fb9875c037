import { z } from "zod";
import { parseS3Xml, type S3Sender } from "./s3-request.ts";

/** Object of a bucket, as a listing has it. */
export interface ListedObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** Entity tag without quotes: the MD5 of the content in hex where it was stored at once and in the clear. */
  readonly etag: string;
  /** RFC 3339. */
  readonly lastModified: string;
}

/** One version of an object, or the mark that a deletion left. */
export interface ObjectVersion extends ListedObject {
  readonly versionId: string;
  readonly isDeleteMarker: boolean;
}

const listed = z.object({ Key: z.string(), Size: z.string(), ETag: z.string(), LastModified: z.string() });
const page = z.object({
  ListBucketResult: z.object({
    Contents: z.array(listed).default([]),
    IsTruncated: z.string(),
    NextContinuationToken: z.string().optional(),
  }),
});

/** Lists the objects whose key begins with `prefix`, in the order of their keys. */
export async function* listObjects(send: S3Sender, prefix: string): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  do {
    const query = { "list-type": "2", "encoding-type": "url", prefix };
    const more = token === undefined ? {} : { "continuation-token": token };
    const answer = parseS3Xml(await send({ method: "GET", query: { ...query, ...more } }), ["Contents"]);
    const { ListBucketResult: found } = page.parse(answer);
    for (const each of found.Contents) yield listedObject(each);
    token = found.IsTruncated === "true" ? found.NextContinuationToken : undefined;
  } while (token !== undefined);
}

const marker = z.object({ Key: z.string(), VersionId: z.string(), LastModified: z.string() });
const versionsPage = z.object({
  ListVersionsResult: z.object({
    Version: z.array(listed.extend({ VersionId: z.string() })).default([]),
    DeleteMarker: z.array(marker).default([]),
    IsTruncated: z.string(),
    NextKeyMarker: z.string().optional(),
    NextVersionIdMarker: z.string().optional(),
  }),
});

/** Lists the versions, and marks of deletions, of the objects whose key begins with `prefix`, a page after the other. */
export async function* listVersions(send: S3Sender, prefix: string): AsyncGenerator<ObjectVersion> {
  let after: Record<string, string> | undefined = {};
  while (after !== undefined) {
    const query = { versions: "", "encoding-type": "url", prefix, ...after };
    const answer = parseS3Xml(await send({ method: "GET", query }), ["Version", "DeleteMarker"]);
    const { ListVersionsResult: found } = versionsPage.parse(answer);
    for (const each of found.Version) {
      yield { ...listedObject(each), versionId: each.VersionId, isDeleteMarker: false };
    }
    for (const { Key, VersionId, LastModified } of found.DeleteMarker) {
      const nothing = { sizeBytes: 0, etag: "", lastModified: LastModified };
      yield { key: decodeKey(Key), ...nothing, versionId: VersionId, isDeleteMarker: true };
    }
    const { NextKeyMarker: key = "", NextVersionIdMarker: version } = found;
    const next = { "key-marker": decodeKey(key), ...(version === undefined ? {} : { "version-id-marker": version }) };
    after = found.IsTruncated === "true" ? next : undefined;
  }
}

function listedObject({ Key, Size, ETag, LastModified }: z.infer<typeof listed>): ListedObject {
  return {
    key: decodeKey(Key),
    sizeBytes: Number(Size),
    etag: ETag.replaceAll('"', ""),
    lastModified: LastModified,
  };
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll("+", "%20"));
}
