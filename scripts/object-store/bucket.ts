import { z } from "zod";
import { type ListedObject, listObjects, listVersions, type ObjectVersion } from "./listings.ts";
import { parseS3Xml, type S3Place, S3Refusal, type S3Response, s3Sender, type S3Sender } from "./s3-request.ts";

/** Object as its own headers tell it. */
export interface ObjectFacts extends Pick<ListedObject, "etag" | "sizeBytes"> {
  /** Values that were stored with it, by name without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** RFC 3339; undefined: no retention. */
  readonly lockedUntil: string | undefined;
}

/** Default retention of a bucket with Object Lock. */
export interface DefaultRetention {
  readonly mode: string;
  readonly days: number;
}

/** A bucket of any S3 service. All methods reject with an {@link S3Refusal}, or an Error that names the host. */
export interface Bucket {
  readonly place: S3Place;
  /** Lists the objects whose key begins with `prefix`, in the order of their keys. */
  list(prefix: string): AsyncGenerator<ListedObject>;
  /** Lists the versions, and marks of deletions, of the objects whose key begins with `prefix`, a page after the other. */
  listVersions(prefix: string): AsyncGenerator<ObjectVersion>;
  /** Tells about an object; undefined where there is none. */
  describe(key: string): Promise<ObjectFacts | undefined>;
  /** Reads an object, or a part of it. */
  read(key: string, options?: ReadOptions): Promise<Buffer>;
  /** Stores an object at once. */
  write(key: string, content: Buffer, metadata?: Readonly<Record<string, string>>): Promise<void>;
  /** Begins to store an object in parts. */
  writeInParts(key: string, metadata?: Readonly<Record<string, string>>): Promise<PartedObject>;
  /** Hides an object; where the bucket has versions, they stay. */
  remove(key: string): Promise<void>;
  /** Tells whether the bucket keeps what is overwritten. */
  isVersioned(): Promise<boolean>;
  /** Retention of new objects; undefined where the bucket has none. */
  defaultRetention(): Promise<DefaultRetention | undefined>;
  /** Keeps the newest version of an object until that time at least, in the mode COMPLIANCE. */
  lockUntil(key: string, time: string): Promise<void>;
  /** Ends the connections that are kept for further requests. */
  close(): void;
}

/** What to read of an object. */
export interface ReadOptions {
  /** First and last byte. Default: all. */
  readonly range?: { readonly first: number; readonly last: number };
  /** Entity tag that the object must still have; refused with 412 where it has another. */
  readonly ifEtag?: string;
  readonly versionId?: string;
}

/** An object that is stored in parts, of which nothing is seen before `complete`. */
export interface PartedObject {
  /** Stores the next part: 5 MiB or more, but for the last. */
  add(content: Buffer): Promise<void>;
  complete(): Promise<void>;
  giveUp(): Promise<void>;
}

/** Opens a bucket. Nothing is asked yet. */
export function openBucket(place: S3Place): Bucket {
  const send = s3Sender(place);
  return {
    place,
    close: () => send.close(),
    list: (prefix) => listObjects(send, prefix),
    listVersions: (prefix) => listVersions(send, prefix),
    describe: (key) => orUndefined([404], async () => facts(await send({ method: "HEAD", key }))),
    read: async (key, { range, ifEtag, versionId } = {}) => {
      const headers = {
        ...(range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` }),
        ...(ifEtag === undefined ? {} : { "if-match": `"${ifEtag}"` }),
      };
      const query = versionId === undefined ? {} : { versionId };
      return (await send({ method: "GET", key, headers, query })).body;
    },
    write: async (key, body, metadata = {}) => {
      await send({ method: "PUT", key, body, headers: metadataHeaders(metadata) });
    },
    writeInParts: (key, metadata = {}) => writeInParts({ place, send }, key, metadata),
    remove: async (key) => {
      await send({ method: "DELETE", key });
    },
    isVersioned: async () => {
      const answer = parseS3Xml(await send({ method: "GET", query: { versioning: "" } }));
      return versioning.safeParse(answer).success;
    },
    defaultRetention: () => defaultRetention(send),
    lockUntil: async (key, time) => {
      const body = `<Retention xmlns="${namespace}"><Mode>COMPLIANCE</Mode><RetainUntilDate>${time}</RetainUntilDate></Retention>`;
      await send({ method: "PUT", key, query: { retention: "" }, body: Buffer.from(body) });
    },
  };
}

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
const versioning = z.object({ VersioningConfiguration: z.object({ Status: z.literal("Enabled") }) });

function facts({ headers }: S3Response): ObjectFacts {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith(metadataPrefix) ? [[name.slice(metadataPrefix.length), String(value)] as const] : [],
  );
  const lockedUntil = headers["x-amz-object-lock-retain-until-date"];
  return {
    etag: String(headers["etag"]).replaceAll('"', ""),
    sizeBytes: Number(headers["content-length"]),
    metadata: Object.fromEntries(metadata),
    lockedUntil: typeof lockedUntil === "string" ? lockedUntil : undefined,
  };
}

const metadataPrefix = "x-amz-meta-";

function metadataHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`${metadataPrefix}${name}`, value]));
}

const begun = z.object({ InitiateMultipartUploadResult: z.object({ UploadId: z.string() }) });

async function writeInParts(
  { place, send }: { readonly place: S3Place; readonly send: S3Sender },
  key: string,
  metadata: Readonly<Record<string, string>>,
): Promise<PartedObject> {
  const answer = await send({ method: "POST", key, query: { uploads: "" }, headers: metadataHeaders(metadata) });
  const uploadId = begun.parse(parseS3Xml(answer)).InitiateMultipartUploadResult.UploadId;
  const etags: string[] = [];
  return {
    async add(body) {
      const query = { partNumber: String(etags.length + 1), uploadId };
      const { headers } = await send({ method: "PUT", key, query, body });
      etags.push(String(headers["etag"]));
    },
    async complete() {
      const part = (etag: string, index: number) =>
        `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`;
      const parts = etags.map((etag, index) => part(etag.replaceAll('"', "&quot;"), index)).join("");
      const body = `<CompleteMultipartUpload xmlns="${namespace}">${parts}</CompleteMultipartUpload>`;
      const request = { method: "POST", key, query: { uploadId }, body: Buffer.from(body) } as const;
      const answer = await send(request);
      // S3 begins to answer before it knows.
      if (answer.body.includes("<Error>")) throw new S3Refusal(place, request, answer);
    },
    async giveUp() {
      await send({ method: "DELETE", key, query: { uploadId } });
    },
  };
}

const lock = z.object({
  ObjectLockConfiguration: z.object({
    Rule: z
      .object({
        DefaultRetention: z.object({
          Mode: z.string(),
          Days: z.coerce.number().optional(),
          Years: z.coerce.number().optional(),
        }),
      })
      .optional(),
  }),
});

async function defaultRetention(send: S3Sender): Promise<DefaultRetention | undefined> {
  const answer = await orUndefined([404, 501], () => send({ method: "GET", query: { "object-lock": "" } }));
  if (answer === undefined) return undefined;
  const rule = lock.parse(parseS3Xml(answer)).ObjectLockConfiguration.Rule?.DefaultRetention;
  if (rule === undefined) return undefined;
  return { mode: rule.Mode, days: rule.Days ?? (rule.Years ?? 0) * 365 };
}

async function orUndefined<Value>(statuses: readonly number[], ask: () => Promise<Value>): Promise<Value | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof S3Refusal && statuses.includes(error.status)) return undefined;
    throw error;
  }
}
