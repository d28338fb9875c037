import { stackName as localStack } from "../../local/stack/stack-name.ts";
import { regions, sizes } from "../../local/digitalocean/catalogue.ts";
import type { StackSecrets } from "../../components/settings/new-secrets.ts";
import type { PlainValue } from "../../toolchain/engine/stack-config.ts";
import { ownSettings, type DrillSource } from "./source.ts";

/** The settings of a drill's stack, by name without `imera:`. */
export interface DrillSettings {
  readonly plain: Readonly<Record<string, PlainValue>>;
  readonly secret: Readonly<Record<string, string>>;
}

/**
 * The network's own settings as far as they shape what is restored; keys, passwords and region of the drill's own; the backup
 * with a key that can only read it. Pure.
 */
export function drillSettings(source: DrillSource, fresh: StackSecrets): DrillSettings {
  const { backup, reader } = source;
  return {
    plain: {
      ...Object.fromEntries(Object.entries(source.settings).filter(([name]) => !ownSettings.has(name))),
      ...fresh.plain,
      ...(source.settings["size"] === undefined ? {} : { size: knownSize(source.settings["size"]) }),
      ...placeOf(source),
      purpose: "drill",
      protectData: false,
      backupBucket: backup.bucket,
      backupEndpoint: backup.endpoint,
      backupRegion: backup.region,
    },
    secret: {
      ...fresh.secret,
      backupPassphrase: source.backupPassphrase,
      canaryPassword: source.canaryPassword,
      backupAccessKey: reader.accessKey,
      backupSecretKey: reader.secretKey,
    },
  };
}

/**
 * Region and image of the drill's hosts. In the network's own cloud they are made from the image that a rebuild would use, so
 * that the drill proves it; another cloud does not have that image.
 */
function placeOf({ stack, image, settings }: DrillSource): Readonly<Record<string, PlainValue>> {
  if (stack !== localStack || image === undefined) return { region: localRegion() };
  const elsewhere = image.regions.find((region) => region !== settings["region"]);
  return { image: String(image.id), region: elsewhere ?? String(settings["region"]) };
}

/** All regions are the same in a local cloud, and it does not have all of DigitalOcean's: the first of its own. */
function localRegion(): string {
  const [first] = regions;
  if (first === undefined) throw new Error("The local cloud has no region.");
  return first.slug;
}

/** The network's own size where a local cloud offers it. */
function knownSize(size: string | readonly string[]): string {
  return sizes.some(({ slug }) => slug === size) ? String(size) : "s-2vcpu-4gb";
}
