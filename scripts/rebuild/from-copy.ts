import { endpointOf } from "../../components/backup/backup-store.ts";
import { fromEnvironment, vendorKeys } from "../../components/settings/vendor-keys.ts";
import { agoText, sizeText } from "../../host/terminal/quantities.ts";
import { resourceTypes } from "../../toolchain/engine/resource-types.ts";
import { runEngine } from "../../toolchain/engine/run.ts";
import { readDeployment, resources } from "../../toolchain/engine/state.ts";
import { copyAt } from "../copy/copy-at.ts";
import { copyKey, placeOf, requiredCopyPlace } from "../copy/copy-settings.ts";
import { fillBucket, refuseIncomplete } from "../copy/fill-bucket.ts";
import { bytesOf, type Inventory, listCopy } from "../copy/inventory.ts";
import { newestBackup } from "../copy/layout.ts";
import { readRecord } from "../copy/notes.ts";
import { type Bucket, openBucket } from "../object-store/bucket.ts";
import type { S3KeyPair } from "../object-store/s3-request.ts";
import type { NetworkOutputs } from "../network/network-outputs.ts";
import { runProgram } from "../network/node/program.ts";
import { openNode } from "../network/node/ssh.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { restoreTime } from "../restore/restore-time.ts";
import { type PhaseTime, say, shownPhase } from "./phase.ts";

/** Options of the command about the copy at another provider. */
export interface FromCopyOptions {
  /** Fills the network's bucket from the copy before anything is restored. */
  readonly fromCopy?: boolean;
  /** With `fromCopy`: RFC 3339 time; the copy as it was then. */
  readonly copyAt?: string;
}

/** A copy that was looked at, and is whole. */
export interface ChosenCopy {
  readonly bucket: Bucket;
  readonly found: Inventory;
}

/** Opens the copy that a rebuild is to begin with, and says what it has; undefined where none is wanted. Rejects where it is not whole. */
export async function chooseCopy(access: StackAccess, options: FromCopyOptions): Promise<ChosenCopy | undefined> {
  if (options.fromCopy !== true) {
    if (options.copyAt !== undefined) throw new Error("--copy-at goes with --from-copy. Nothing was changed.");
    return undefined;
  }
  const place = await requiredCopyPlace(access);
  const opened = openBucket(await placeOf(access, place, await copyKey(access, "read")));
  const { bucket, found } =
    options.copyAt === undefined
      ? { bucket: opened, found: await listCopy(opened) }
      : await copyAt(opened, restoreTime(options.copyAt));
  refuseIncomplete(opened, found);
  const last = await readRecord(opened);
  say(
    `From the copy ${place.bucket} at ${place.endpoint}: backup ${newestBackup(found.keys()) ?? "none"}, ${found.size} objects, ` +
      `${sizeText(bytesOf(found.values()))}. The last copy is from ${last === undefined ? "nobody knows when" : agoText(last.finishedAt)}.`,
  );
  return { bucket, found };
}

/** Makes the network's own bucket, where it is gone, and fills it from the copy. Resolves to the time that it took. */
export async function fillFromCopy(access: StackAccess, copy: ChosenCopy): Promise<PhaseTime> {
  const { time } = await shownPhase(
    "bucket from the copy",
    "the network's bucket, filled from the copy",
    async (report) => {
      const bucket = await ownBucket(access, report);
      await fillBucket(copy, bucket, report);
    },
  );
  return time;
}

/** Has the node begin a row of backups of its own: what came from the copy is as old as the copy. */
export async function backUpInFull(access: StackAccess, { nodes }: NetworkOutputs): Promise<void> {
  const [node] = nodes;
  if (node === undefined) return;
  await using session = await openNode(access, node);
  say("A full backup into the network's own bucket follows.");
  await runProgram(session, ["/usr/local/sbin/imera-backup", "now", "--full"], {
    timeoutMs: 6 * 3_600_000,
    onLine: say,
  });
}

async function ownBucket(access: StackAccess, report: (line: string) => void): Promise<Bucket> {
  const existing = (await access.setting("imera:backupBucket")) ?? "";
  const made = existing === "" ? ((await bucketInState(access)) ?? (await makeBucket(access, report))) : undefined;
  const region = made?.region ?? (await access.required("imera:backupRegion"));
  const endpoint = endpointOf(
    {
      backupEndpoint: (await access.setting("imera:backupEndpoint")) ?? "",
      spacesEndpoint: await access.setting("digitalocean:spacesEndpoint"),
    },
    region,
  );
  const key = made === undefined ? await keyOfExisting(access) : await spacesKey(access);
  return openBucket(await placeOf(access, { bucket: made?.bucket ?? existing, region, endpoint }, key));
}

interface OwnBucket {
  readonly bucket: string;
  readonly region: string;
}

async function bucketInState(access: StackAccess): Promise<OwnBucket | undefined> {
  const found = resources(await readDeployment(access)).find(({ type }) => type === resourceTypes.spacesBucket);
  if (found === undefined) return undefined;
  return { bucket: String(found.outputs?.["name"]), region: String(found.outputs?.["region"]) };
}

/** Before the node, which looks into it as soon as it boots. */
async function makeBucket(access: StackAccess, report: (line: string) => void): Promise<OwnBucket> {
  report("making the bucket");
  await runEngine(access, ["up", "--yes", "--skip-preview", "--target", `**${resourceTypes.spacesBucket}::**`]);
  const made = await bucketInState(access);
  if (made === undefined) throw new Error("pulumi up made no bucket for the backups, and said nothing of it.");
  return made;
}

async function spacesKey(access: StackAccess): Promise<S3KeyPair> {
  const half = async ({ setting, variables }: (typeof vendorKeys)["spacesAccessId" | "spacesSecretKey"]) => {
    const value = (await access.setting(setting)) ?? fromEnvironment({ variables: [...variables] });
    if (value === undefined) {
      throw new Error(`${setting}: not set; export ${variables[0]}=…. It makes and fills the bucket.`);
    }
    return value;
  };
  return { accessKey: await half(vendorKeys.spacesAccessId), secretKey: await half(vendorKeys.spacesSecretKey) };
}

async function keyOfExisting(access: StackAccess): Promise<S3KeyPair> {
  return {
    accessKey: await access.required("imera:backupAccessKey"),
    secretKey: await access.required("imera:backupSecretKey"),
  };
}
