import { createHash, randomBytes } from "node:crypto";
import type { Bucket } from "../../object-store/bucket.ts";

/** First backup in a bucket that {@link fillBucket} filled. */
export const firstLabel = "20261101-030000F";

/** Fills a bucket as pgBackRest and restic do, with what they name and encrypt alike. Resolves to the keys. */
export async function fillBucket(bucket: Bucket, { label = firstLabel, dataBytes = 1000 } = {}): Promise<string[]> {
  const keys: string[] = [];
  const put = async (key: string, content: Buffer) => {
    await bucket.write(key, content);
    keys.push(key);
  };
  await put(`postgresql/backup/imera/${label}/bundle/1`, encrypted(dataBytes));
  await put(`postgresql/backup/imera/${label}/backup.manifest`, encrypted());
  await put(walKey(1), encrypted());
  await put("postgresql/archive/imera/archive.info", encrypted());
  await put("postgresql/backup/imera/backup.info", encrypted());
  await put("files/config", randomBytes(155));
  for (const kind of ["keys", "data", "index", "snapshots"]) keys.push(await putNamed(bucket, kind, randomBytes(300)));
  await put("files/locks/0123", randomBytes(100));
  return keys.filter((key) => !key.startsWith("files/locks/"));
}

/** Makes what pgBackRest writes encrypted. */
export function encrypted(bytes = 500): Buffer {
  return Buffer.concat([Buffer.from("Salted__"), randomBytes(bytes)]);
}

/** Names a segment of the write-ahead log. */
export function walKey(number: number): string {
  const segment = number.toString(16).toUpperCase().padStart(24, "0");
  return `postgresql/archive/imera/17-1/${segment.slice(0, 16)}/${segment}-${"0123456789".repeat(4)}.zst`;
}

/** Stores an object of restic's under the name that its content has. Resolves to its key. */
export async function putNamed(bucket: Bucket, kind: string, content: Buffer): Promise<string> {
  const name = createHash("sha256").update(content).digest("hex");
  const key = kind === "data" ? `files/data/${name.slice(0, 2)}/${name}` : `files/${kind}/${name}`;
  await bucket.write(key, content);
  return key;
}
