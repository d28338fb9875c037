import { createHash } from "node:crypto";
import type { Bucket, PartedObject } from "../object-store/bucket.ts";
import type { ListedObject } from "../object-store/listings.ts";
import { S3Refusal } from "../object-store/s3-request.ts";
import { etagNote } from "./inventory.ts";
import { encryptedBeginning, isEncryptedByPgBackRest, sha256InName } from "./layout.ts";

/** An object that has gone or changed since it was listed. */
export class Vanished extends Error {
  override readonly name = "Vanished";
}

/** An object that is not what it has to be. */
export class Damaged extends Error {
  override readonly name = "Damaged";
}

/** Bytes of a part: what is in memory at once, for each object that is under way. */
const partBytes = 16 * 1024 * 1024;
const mostParts = 10_000;

/**
 * Copies an object from one bucket to another as it is, a part at a time. Nothing is seen there before all of it was checked: against
 * its entity tag, where that is an MD5, and against its name, where that is a SHA-256.
 *
 * @throws Vanished where it is no longer what was listed; Damaged where its content is not what it has to be.
 */
export async function transfer(from: Bucket, to: Bucket, object: ListedObject): Promise<void> {
  const metadata = { [etagNote]: object.etag };
  const size = Math.max(partBytes, Math.ceil(object.sizeBytes / mostParts));
  const check = contentCheck(object);
  if (object.sizeBytes <= size) {
    const content = await readPart(from, object, undefined);
    check.add(content);
    check.end();
    await to.write(object.key, content, metadata);
    return;
  }
  const parted = await to.writeInParts(object.key, metadata);
  try {
    await transferParts(from, parted, { object, size, check });
    await parted.complete();
  } catch (error) {
    await parted.giveUp().catch(() => undefined);
    throw error;
  }
}

interface Parts {
  readonly object: ListedObject;
  readonly size: number;
  readonly check: ContentCheck;
}

async function transferParts(from: Bucket, to: PartedObject, { object, size, check }: Parts): Promise<void> {
  for (let first = 0; first < object.sizeBytes; first += size) {
    const last = Math.min(first + size, object.sizeBytes) - 1;
    const content = await readPart(from, object, { first, last });
    check.add(content);
    await to.add(content);
  }
  check.end();
}

async function readPart(
  from: Bucket,
  { key, etag }: ListedObject,
  range: { readonly first: number; readonly last: number } | undefined,
): Promise<Buffer> {
  try {
    return await from.read(key, { ifEtag: etag, ...(range === undefined ? {} : { range }) });
  } catch (error) {
    if (!(error instanceof S3Refusal) || ![404, 412].includes(error.status)) throw error;
    throw new Vanished(`${key} has gone or changed since it was listed`, { cause: error });
  }
}

interface ContentCheck {
  add(content: Buffer): void;
  end(): void;
}

function contentCheck({ key, sizeBytes, etag }: ListedObject): ContentCheck {
  const [md5, sha256] = [createHash("md5"), createHash("sha256")];
  const wantedSha256 = sha256InName(key);
  let bytes = 0;
  return {
    add(content) {
      if (bytes === 0 && isEncryptedByPgBackRest(key) && !content.subarray(0, 8).equals(beginning)) {
        throw damaged(key, "it is not encrypted by pgBackRest");
      }
      bytes += content.length;
      md5.update(content);
      if (wantedSha256 !== undefined) sha256.update(content);
    },
    end() {
      if (bytes !== sizeBytes) throw damaged(key, `${bytes} bytes came instead of ${sizeBytes}`);
      if (/^[0-9a-f]{32}$/.test(etag) && md5.digest("hex") !== etag) {
        throw damaged(key, "its MD5 is not its entity tag");
      }
      if (wantedSha256 !== undefined && sha256.digest("hex") !== wantedSha256) {
        throw damaged(key, "its SHA-256 is not its name");
      }
    },
  };
}

const beginning = Buffer.from(encryptedBeginning);

function damaged(key: string, why: string): Damaged {
  return new Damaged(`${key} is damaged in the network's own bucket: ${why}`);
}
