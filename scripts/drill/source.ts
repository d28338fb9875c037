import process from "node:process";
import { z } from "zod";
import { settingsSchema } from "../../components/settings/schema.ts";
import { messageOf } from "../../host/error.ts";
import { switchAddress } from "../../components/model/switch-address.ts";
import { preparedImageSetting } from "../../components/model/prepared-image.ts";
import { ownImages } from "../image/own-images.ts";
import { digitalocean } from "../network/cloud-api.ts";
import { copyKey, copyKeyInEnvironment, copyPlace, requiredCopyPlace } from "../copy/copy-settings.ts";
import type { StackAccess } from "../network/stack-access.ts";

/**
 * Schema of a network whose backup a drill restores: all that a drill needs to know of it. Holds secrets: never print
 * it.
 */
export const drillSource = z.object({
  stack: z.string(),
  domain: z.string(),
  /** The stack's plain settings, by name without `imera:`. */
  settings: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  backup: z.object({ endpoint: z.string(), region: z.string(), bucket: z.string() }),
  /** Key pair of Spaces that can read the backups' bucket and do no more. */
  reader: z.object({ accessKey: z.string(), secretKey: z.string() }),
  backupPassphrase: z.string(),
  canaryPassword: z.string(),
  /** Address that is pinged when a drill ends, at the dead man's switch; not there where the network has none. */
  switchUrl: z.string().optional(),
  /** Prepared image that a rebuild would use now; not there where it would use none. */
  image: z
    .object({ id: z.number(), name: z.string(), ejabberd: z.string(), regions: z.array(z.string()).readonly() })
    .optional(),
});
/** Network whose backup a drill restores, and all that a drill needs to know of it. Holds secrets: never print it. */
export type DrillSource = z.infer<typeof drillSource>;

const configEntry = z.object({
  value: z.string().optional(),
  objectValue: z.unknown().optional(),
  secret: z.boolean(),
});

/**
 * Reads the source of a drill from a stack: its own bucket, or, `fromCopy`, the copy of it at another provider, also where nothing else
 * of the network is left. Throws, with what to do, when the stack has no backups or no key to read them.
 */
export async function readSource(access: StackAccess, { fromCopy = false } = {}): Promise<DrillSource> {
  const deadManSwitch = await access.setting("deadManSwitch");
  return {
    stack: access.stack,
    domain: await access.required("imera:domain"),
    settings: plainSettings(await access.pulumi("config", "--json")),
    ...(fromCopy ? await storeOfCopy(access) : await ownStore(access)),
    backupPassphrase: await access.required("backupPassphrase"),
    canaryPassword: await access.required("canaryPassword"),
    switchUrl: deadManSwitch === undefined ? undefined : switchAddress(deadManSwitch, access.stack, "drill"),
    image: await imageOfRebuild(access),
  };
}

type StoreOfSource = Pick<DrillSource, "backup" | "reader">;

async function ownStore(access: StackAccess): Promise<StoreOfSource> {
  const { backup, backupReader } = await access.outputs();
  return { backup, reader: backupReader };
}

async function storeOfCopy(access: StackAccess): Promise<StoreOfSource> {
  return { backup: await requiredCopyPlace(access), reader: await copyKey(access, "read") };
}

/** Makes the same source with the copy for its store, which its settings name. Throws where they name none. */
export async function withCopy(source: DrillSource): Promise<DrillSource> {
  const setting = (name: string) => Promise.resolve(textOf(source.settings[name.replace(/^imera:/, "")]));
  const place = await copyPlace({ setting });
  if (place === undefined) {
    throw new Error(
      `The drill file of ${source.stack} names no copy. Write it anew once the network's own stack does: docs/copy.md says how.`,
    );
  }
  return { ...source, backup: place, reader: copyKeyInEnvironment() };
}

function textOf(value: DrillSource["settings"][string] | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * Looks the image up that a rebuild would start from. Undefined where it would start from none, and, with a word, where
 * DigitalOcean cannot be asked: a drill needs nothing of it.
 */
async function imageOfRebuild(access: StackAccess): Promise<DrillSource["image"]> {
  if ((await access.setting("imera:image")) !== preparedImageSetting) return undefined;
  try {
    const region = await access.required("imera:region");
    const images = await ownImages(await digitalocean(access), access.stack);
    return images.find(({ regions }) => regions.includes(region));
  } catch (error) {
    process.stderr.write(`Which ejabberd a rebuild would install is not known: ${messageOf(error)}\n`);
    return undefined;
  }
}

/** Reads the plain settings, by name without `imera:`, out of what `pulumi config --json` prints. */
export function plainSettings(json: string): DrillSource["settings"] {
  const entries = Object.entries(z.record(z.string(), configEntry).parse(JSON.parse(json)));
  return Object.fromEntries(
    entries.flatMap(([fullName, { value, objectValue, secret }]) => {
      const name = fullName.replace(/^imera:/, "");
      if (secret || value === undefined || name === fullName) return [];
      if (!(name in settingsSchema.shape)) return [];
      return [[name, Array.isArray(objectValue) ? objectValue.map(String) : value]];
    }),
  );
}

/** Settings that a drill does not take over: where the network is, what guards and watches it, and how it was recovered itself. */
export const ownSettings: ReadonlySet<string> = new Set([
  "acmeDirectoryUrl",
  "alarms",
  "image",
  "protectData",
  "purpose",
  "recovery",
  "recoveryTime",
  "region",
  "reservedIp",
  "sshKeys",
  "sshNetworks",
  "vendorAlerts",
  "watchDailyHour",
  "watchPeer",
  "watchResolvers",
  "watcher",
]);
