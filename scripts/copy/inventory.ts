import type { Bucket } from "../object-store/bucket.ts";
import type { ListedObject } from "../object-store/listings.ts";
import { copyOrder, kindOfObject, listingOrder } from "./layout.ts";

/** Objects of a bucket by their keys. */
export type Inventory = ReadonlyMap<string, ListedObject>;

/**
 * Lists what is to be copied of a bucket that is written meanwhile: heads first, so that all that they name is in the inventory.
 * A head that comes later is left to the next copy.
 */
export async function listBackups(bucket: Bucket): Promise<Inventory> {
  const found = new Map<string, ListedObject>();
  for (const prefix of listingOrder) {
    for await (const object of bucket.list(prefix)) {
      const kind = kindOfObject(object.key);
      const isLate = prefix === "" && kind === "head";
      if (kind !== "not copied" && !isLate && !found.has(object.key)) found.set(object.key, object);
    }
  }
  return found;
}

/** Lists all that a copy has, without what it notes about itself. */
export async function listCopy(bucket: Bucket): Promise<Inventory> {
  const found = new Map<string, ListedObject>();
  for await (const object of bucket.list("")) {
    if (kindOfObject(object.key) !== "not copied") found.set(object.key, object);
  }
  return found;
}

/** Differences between a bucket of backups and its copy, by keys. */
export interface Differences {
  /** Objects that the copy does not have. */
  readonly fresh: readonly string[];
  /** Objects that the copy has with other content. */
  readonly changed: readonly string[];
  /** Objects that only the copy has. */
  readonly missing: readonly string[];
}

/**
 * Compares a bucket with its copy. Sizes and entity tags decide; where these differ, as after a storage in other parts, what the
 * copy noted with the object.
 */
export async function compare(source: Inventory, copy: Inventory, copyBucket: Bucket): Promise<Differences> {
  const both = [...source.values()].filter(({ key }) => copy.has(key));
  const doubtful = both.filter(({ key, etag, sizeBytes }) => {
    const other = copy.get(key);
    return other?.sizeBytes !== sizeBytes || other.etag !== etag;
  });
  const changed: string[] = [];
  await inParallel(doubtful, 16, async ({ key, etag, sizeBytes }) => {
    const isSame = copy.get(key)?.sizeBytes === sizeBytes && (await notedEtag(copyBucket, key)) === etag;
    if (!isSame) changed.push(key);
  });
  return {
    fresh: [...source.keys()].filter((key) => !copy.has(key)),
    changed: changed.sort(),
    missing: [...copy.keys()].filter((key) => !source.has(key)),
  };
}

async function notedEtag(bucket: Bucket, key: string): Promise<string | undefined> {
  return (await bucket.describe(key))?.metadata[etagNote];
}

/** Name under which a copied object has the entity tag of its original. */
export const etagNote = "source-etag";

/** Sorts objects into the order in which they are copied: a list for each kind. */
export function inCopyOrder(objects: readonly ListedObject[]): readonly (readonly ListedObject[])[] {
  return copyOrder.map((kind) => objects.filter(({ key }) => kindOfObject(key) === kind));
}

/** Adds up the sizes of objects, in bytes. */
export function bytesOf(objects: Iterable<ListedObject>): number {
  let sum = 0;
  for (const { sizeBytes } of objects) sum += sizeBytes;
  return sum;
}

/** Does the work for each item, `width` at once. Begins no more once one failed, and rejects with the first error. */
export async function inParallel<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failed = false;
  const lane = async () => {
    for (let item = items[next++]; item !== undefined && !failed; item = items[next++]) {
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  const broken = lanes.find((each) => each.status === "rejected");
  if (broken !== undefined) throw broken.reason;
}
