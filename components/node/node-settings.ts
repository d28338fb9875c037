import type { Input } from "@pulumi/pulumi";
import type { EjabberdSettings } from "../ejabberd/config.ts";
import type { FactSettings } from "../model/node-facts.ts";
import { nodeSecretNames, type NodeSecretName } from "../settings/secrets.ts";
import { runningStack } from "../settings/running-stack.ts";
import type { Settings } from "../settings/settings.ts";

/** Picks the settings that ejabberd's configuration depends on. */
export function ejabberdSettings(settings: Settings): EjabberdSettings {
  return {
    domain: settings.domain,
    adminUser: settings.adminUser,
    contact: settings.contact,
    spamProtection: settings.spamProtection,
    uploadMaxFileMiB: settings.uploadMaxFileMiB,
    uploadQuotaMiB: settings.uploadQuotaMiB,
    uploadKeepDays: settings.uploadKeepDays,
    archiveKeepDays: settings.archiveKeepDays,
    archiveQuotaMiB: settings.archiveQuotaMiB,
    sendQuotaMiB: settings.sendQuotaMiB,
  };
}

/** Picks the settings that a node is told. */
export function factSettings(settings: Settings): FactSettings {
  return {
    stack: runningStack(),
    domain: settings.domain,
    adminUser: settings.adminUser,
    contact: settings.contact,
    acmeDirectoryUrl: settings.acmeDirectoryUrl,
    cloudflareApiUrl: settings.cloudflareApiUrl,
    dnsPropagationSeconds: settings.dnsPropagationSeconds,
    volumeSizeGiB: settings.volumeSizeGiB,
    purpose: settings.purpose,
    recovery: settings.recovery,
    recoveryTime: settings.recoveryTime,
    uploadKeepDays: settings.uploadKeepDays,
    uploadQuotaMiB: settings.uploadQuotaMiB,
    uploadMaxFileMiB: settings.uploadMaxFileMiB,
    archiveKeepDays: settings.archiveKeepDays,
    offlineKeepDays: settings.offlineKeepDays,
    pushKeepDays: settings.pushKeepDays,
    pubsubKeepDays: settings.pubsubKeepDays,
    archiveQuotaMiB: settings.archiveQuotaMiB,
    tokenEnds: settings.tokenEnds,
    backupKeepDays: settings.backupKeepDays,
    backupHour: settings.backupHour,
  };
}

/** Secrets that a stack makes for its nodes. */
export type MadeSecrets = Readonly<
  Record<Exclude<NodeSecretName, keyof Settings["secrets"]>, Input<string> | undefined>
>;

/** Picks the secrets that a node receives, by name. Throws when one that it needs is undefined. */
export function nodeSecrets(settings: Settings, made: MadeSecrets): Readonly<Record<string, Input<string>>> {
  const values: Readonly<Record<NodeSecretName, Input<string> | undefined>> = { ...settings.secrets, ...made };
  const entries = nodeSecretNames(settings.purpose).map((name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${name}: a node needs it, and there is none`);
    return [name, value] as const;
  });
  return Object.fromEntries(entries);
}
