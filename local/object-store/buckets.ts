import { rm } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import type { Store } from "../emulation/store.ts";
import { S3Error } from "./errors.ts";
import { type MultipartUploads, openUploads } from "./multipart-uploads.ts";
import { type ObjectFiles, openObjectFiles } from "./object-files.ts";

/** Schema of the retention that new objects of a bucket get where they bring none of their own. */
const defaultRetention = z.strictObject({ mode: z.enum(["COMPLIANCE", "GOVERNANCE"]), days: z.int().min(1) });

/** Schema of a bucket's settings, as they are kept. */
export const bucketRecord = z.strictObject({
  name: z.string(),
  region: z.string(),
  acl: z.enum(["private", "public-read"]),
  /** Null until versioning was first set: objects that are replaced or deleted are gone. */
  versioning: z.enum(["Enabled", "Suspended"]).nullable(),
  /** The document as it was given. */
  lifecycle: z.string().nullable(),
  /** Null where the bucket was made without Object Lock, which cannot be had later. */
  objectLock: z.strictObject({ retention: defaultRetention.nullable() }).nullable().default(null),
  createdAt: z.iso.datetime(),
});
/** A bucket's settings. */
export type BucketRecord = z.infer<typeof bucketRecord>;

/** A bucket with its contents. */
export interface Bucket {
  readonly record: BucketRecord;
  readonly objects: ObjectFiles;
  readonly uploads: MultipartUploads;
}

/** All buckets of an object store. Changes resolve when they are durable. */
export interface Buckets {
  /** The bucket `name` in `region`. In another region it does not exist. */
  find(region: string, name: string): Promise<Bucket | undefined>;
  list(region: string): BucketRecord[];
  /** Makes a bucket; one that is there in this region stays as it is. Throws 409 when another region has the name. */
  create(region: string, name: string, options: BucketOptions): Promise<void>;
  /** Replaces the settings of the bucket that `record` names. */
  change(record: BucketRecord): Promise<void>;
  /** Deletes a bucket. Throws 409 while it has objects, noncurrent versions among them. */
  delete(bucket: Bucket): Promise<void>;
}

/** Options of a bucket that is made. */
export interface BucketOptions extends Pick<BucketRecord, "acl"> {
  /** True: the bucket has Object Lock, and so versions. */
  readonly withObjectLock: boolean;
}

/** Places of an object store's buckets, and the clock. */
interface BucketPlaces {
  /** Keeps the buckets' settings. */
  readonly store: Store;
  /** Folder with a folder for each bucket's contents. */
  readonly folder: string;
  readonly now: () => Date;
}

/** Opens all buckets of one provider, whose settings are in the store's `collection`. */
export function openBuckets(collection: string, { store, folder, now }: BucketPlaces): Buckets {
  const records = store.collection(collection, bucketRecord);
  const contents = new Map<string, Promise<Omit<Bucket, "record">>>();
  const open = async (name: string) => ({
    objects: await openObjectFiles(join(folder, name, "objects"), now),
    uploads: await openUploads(join(folder, name, "uploads"), now),
  });
  return {
    async find(region, name) {
      const record = records.get(name);
      if (record?.region !== region) return undefined;
      const opened = contents.get(name) ?? open(name);
      contents.set(name, opened);
      return { record, ...(await opened) };
    },
    list: (region) => records.all().filter((record) => record.region === region),
    async create(region, name, { acl, withObjectLock }) {
      const existing = records.get(name);
      if (existing?.region === region) return;
      if (existing !== undefined) {
        throw new S3Error(409, "BucketAlreadyExists", "The requested bucket name is not available.");
      }
      const lock = withObjectLock
        ? ({ versioning: "Enabled", objectLock: { retention: null } } as const)
        : { versioning: null, objectLock: null };
      records.put(name, { name, region, acl, ...lock, lifecycle: null, createdAt: now().toISOString() });
      await store.flush();
    },
    async change(record) {
      records.put(record.name, record);
      await store.flush();
    },
    async delete({ record: { name }, objects }) {
      if (objects.index.keys().length > 0) {
        throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.");
      }
      records.delete(name);
      contents.delete(name);
      await store.flush();
      await rm(join(folder, name), { recursive: true, force: true });
    },
  };
}
