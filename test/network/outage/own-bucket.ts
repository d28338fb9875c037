import { readFile } from "node:fs/promises";
import { runNumbered } from "../../../local/run/run.ts";
import { copyStore } from "../../../local/object-store/copy-store.ts";
import { inParallel } from "../../../scripts/copy/inventory.ts";
import { type Bucket, openBucket } from "../../../scripts/object-store/bucket.ts";
import { type S3KeyPair, s3Sender } from "../../../scripts/object-store/s3-request.ts";
import { testRunNumber } from "../cloud.ts";
import { daemonSettingsUnderTest } from "../vendors.ts";
import type { NodeMachine } from "./node.ts";

/** Opens a node's bucket with the node's own key, as an intruder there finds it. */
export async function bucketOfNode(node: NodeMachine): Promise<Bucket> {
  const read = async (name: string) => node.shell(`. /etc/imera/restic.env; printf %s "$${name}"`);
  const [, endpoint = "", bucket = ""] = /^s3:https:\/\/([^/]+)\/([^/]+)\//.exec(await read("RESTIC_REPOSITORY")) ?? [];
  const key = { accessKey: await read("AWS_ACCESS_KEY_ID"), secretKey: await read("AWS_SECRET_ACCESS_KEY") };
  return openBucket({ ...(await way()), endpoint, bucket, region: await read("AWS_DEFAULT_REGION"), key });
}

/** Opens the bucket of the copy with a key. */
export async function bucketOfCopy(key: S3KeyPair): Promise<Bucket> {
  return openBucket({ ...(await way()), ...copyStore, key });
}

/** Deletes all objects with the bucket's own key. */
export async function emptyBucket(bucket: Bucket): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of bucket.list("")) keys.push(key);
  await inParallel(keys, 16, (key) => bucket.remove(key));
}

/** Deletes a bucket with every version in it, with the account's own key: as the account's end does. */
export async function destroyBucket({ place }: Bucket): Promise<void> {
  const key = await accountKey();
  const [bucket, send] = [openBucket({ ...place, key }), s3Sender({ ...place, key })];
  const versions: { key: string; versionId: string }[] = [];
  for await (const version of bucket.listVersions("")) versions.push(version);
  await inParallel(versions, 16, async ({ key: name, versionId }) => {
    await send({ method: "DELETE", key: name, query: { versionId } });
  });
  await send({ method: "DELETE" });
}

/** Key with every right in the DigitalOcean account's object store. */
export async function accountKey(): Promise<S3KeyPair> {
  const { spacesAccessKey, spacesSecretKey } = await daemonSettingsUnderTest();
  return { accessKey: spacesAccessKey, secretKey: spacesSecretKey };
}

async function way() {
  const { addresses, files } = runNumbered(Number(testRunNumber()));
  return { nameServers: [addresses.cloudIpv4], authorities: await readFile(files.caBundle, "utf8") };
}
