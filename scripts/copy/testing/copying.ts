import { createHash } from "node:crypto";
import type { Bucket } from "../../object-store/bucket.ts";
import type { ObjectVersion } from "../../object-store/listings.ts";
import { listCopy } from "../inventory.ts";
import { type CopyOrder, runCopy } from "../run-copy.ts";
import type { TwoProviders } from "./two-providers.ts";

/** Key of what pgBackRest begins a restore with. */
export const info = "postgresql/backup/imera/backup.info";

/** Copies the network's bucket, to be kept for 30 days. */
export function copy({ source, target }: Pick<TwoProviders, "source" | "target">, more: Partial<CopyOrder> = {}) {
  return runCopy({
    domain: "example.org",
    source,
    target,
    keepDays: 30,
    acceptLoss: false,
    report: () => undefined,
    ...more,
  });
}

/** Reads all that a copy has: the SHA-256 of each object by its key. */
export async function contents(bucket: Bucket): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const key of (await listCopy(bucket)).keys()) {
    found[key] = createHash("sha256")
      .update(await bucket.read(key))
      .digest("hex");
  }
  return found;
}

/** Lists the keys of all that is to be copied, or was. */
export async function keysOf(bucket: Bucket): Promise<string[]> {
  return [...(await listCopy(bucket)).keys()];
}

/** Deletes every object of the network's bucket with the node's key, as an intruder there can. */
export async function deleteAll({ node }: TwoProviders): Promise<void> {
  for (const key of await keysOf(node)) await node.remove(key);
}

/** Lists the versions of an object, and the marks of its deletions. */
export async function versionsOf(bucket: Bucket, key: string) {
  const versions: ObjectVersion[] = [];
  for await (const version of bucket.listVersions(key)) versions.push(version);
  return versions;
}
