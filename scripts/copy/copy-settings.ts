import { readFile } from "node:fs/promises";
import { z } from "zod";
import { fromEnvironment } from "../../components/settings/vendor-keys.ts";
import { pulumiCommandLine } from "../../host/terminal/advice.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { S3KeyPair, S3Place } from "../object-store/s3-request.ts";

const keyPair = z.object({ accessKey: z.string(), secretKey: z.string() });
const place = z.object({ endpoint: z.string(), region: z.string(), bucket: z.string() });

/** Schema of all that a copy needs to know but the key of its own bucket. Holds a key that reads the backups: never print it. */
export const copySettings = z.object({
  domain: z.string(),
  source: place.extend({ key: keyPair }),
  target: place,
  /** Days that the copy keeps what the network's bucket has deleted. */
  keepDays: z.number(),
});
/** All that a copy needs to know but the key of its own bucket. Holds a key that reads the backups: never print it. */
export type CopySettings = z.infer<typeof copySettings>;

/** Part of a stack that says where its copy is. */
type StackSettings = Pick<StackAccess, "stack" | "runNumber" | "run" | "outside" | "setting" | "required">;

/** Reads the settings of a stack's copy, and the key that reads its backups. Rejects, with what to do, where it has none. */
export async function readCopySettings(access: StackAccess): Promise<CopySettings> {
  const target = await requiredCopyPlace(access);
  const { domain, backup, backupReader } = await access.outputs();
  return { domain, source: { ...backup, key: backupReader }, target, keepDays: await copyKeepDays(access) };
}

/** Reads for how many days a stack's copy keeps what the network's bucket has deleted: 30 unless it is set. */
export async function copyKeepDays({ setting }: Pick<StackSettings, "setting">): Promise<number> {
  return Number((await setting("copyKeepDays")) ?? 30);
}

/** Reads where a stack's copy is; undefined where it has none. */
export async function copyPlace({
  setting,
}: Pick<StackSettings, "setting">): Promise<CopySettings["target"] | undefined> {
  const [bucket = "", endpoint = "", region = ""] = [
    await setting("copyBucket"),
    await setting("copyEndpoint"),
    await setting("copyRegion"),
  ];
  return bucket === "" ? undefined : { bucket, endpoint, region };
}

/** Reads where a stack's copy is. Rejects, with what to do, where it has none. */
export async function requiredCopyPlace(access: StackSettings): Promise<CopySettings["target"]> {
  const found = await copyPlace(access);
  if (found !== undefined) return found;
  throw new Error(
    `The stack ${access.stack} has no copy of its backups: imera:copyBucket is not set. Make a bucket at another provider, then: ` +
      `${pulumiCommandLine(access, "config", "set", "imera:copyBucket", "BUCKET")}, and imera:copyEndpoint and imera:copyRegion ` +
      "alike. docs/copy.md says how.",
  );
}

/**
 * Finds the key of the copy's bucket: of a local cloud that which it made, to write or only to read; else in the environment.
 * Throws where there is none.
 */
export async function copyKey({ run }: Pick<StackSettings, "run">, use: "read" | "write"): Promise<S3KeyPair> {
  if (run === undefined) return copyKeyInEnvironment();
  // Not with a production stack: it loads the local cloud.
  const { readDaemonSettings } = await import("../../local/run/daemon-settings.ts");
  const cloud = await readDaemonSettings(run);
  if (cloud === undefined) throw new Error(`Local cloud ${run.number} has never run.`);
  return use === "read"
    ? { accessKey: cloud.copyReaderAccessKey, secretKey: cloud.copyReaderSecretKey }
    : { accessKey: cloud.copyAccessKey, secretKey: cloud.copySecretKey };
}

/** Finds the key of the copy's bucket in the environment. Throws, with what to do, where a half of it is missing. */
export function copyKeyInEnvironment(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): S3KeyPair {
  const [idVariable, secretVariable] = ["COPY_ACCESS_KEY_ID", "COPY_SECRET_ACCESS_KEY"] as const;
  const accessKey = fromEnvironment({ variables: [idVariable] }, environment);
  const secretKey = fromEnvironment({ variables: [secretVariable] }, environment);
  if (accessKey !== undefined && secretKey !== undefined) return { accessKey, secretKey };
  const missing = [
    ...(accessKey === undefined ? [idVariable] : []),
    ...(secretKey === undefined ? [secretVariable] : []),
  ];
  throw new Error(
    `${missing.join(" and ")}: not in the environment. The provider of the copy's bucket makes a key pair; docs/copy.md says what ` +
      "it has to be allowed.",
  );
}

/** Makes a place that is reached as a stack's clients reach it: in a local cloud by its name server and authorities. */
export async function placeOf(
  { outside }: Pick<StackSettings, "outside">,
  where: CopySettings["target"],
  key: S3KeyPair,
): Promise<S3Place> {
  const { nameServers, caBundle } = outside;
  const authorities = caBundle === undefined ? undefined : await readFile(caBundle, "utf8");
  return { ...where, key, nameServers, authorities };
}
