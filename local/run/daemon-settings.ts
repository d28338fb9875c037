import { randomBytes } from "node:crypto";

import { z } from "zod";

import { readIfThere } from "../../host/read-if-there.ts";
import type { Run } from "./run.ts";

/** Settings that the local cloud's daemon is started with. The file holds secrets and has mode 0600. */
export const daemonSettings = z.strictObject({
  /** Number of the run. */
  run: z.int(),
  /** Bearer token of the DigitalOcean API. */
  digitaloceanToken: z.string(),
  /** First token of the Cloudflare API. */
  cloudflareToken: z.string(),
  /** First key of Spaces, with access to everything. */
  spacesAccessKey: z.string(),
  spacesSecretKey: z.string(),
  /** Key at another provider that writes the copy of the backups. */
  copyAccessKey: z.string(),
  copySecretKey: z.string(),
  /** Key at another provider that reads the copy of the backups and does no more. */
  copyReaderAccessKey: z.string(),
  copyReaderSecretKey: z.string(),
  /** Domains that are zones in the Cloudflare account. */
  zones: z.array(z.string()),
  /** Names under `local-cloud.test` and their IPv4 addresses. */
  names: z.record(z.string(), z.string()),
  /** Resolvers for all other names. */
  upstreamResolvers: z.array(z.string()),
});

/** Settings that the local cloud's daemon is started with. */
export type DaemonSettings = z.infer<typeof daemonSettings>;

/** Reads the settings of the run's daemon; undefined when it was never started. */
export async function readDaemonSettings(run: Run): Promise<DaemonSettings | undefined> {
  const content = await readIfThere(run.files.daemonSettings);
  return content === undefined ? undefined : daemonSettings.parse(JSON.parse(content));
}

/** Secrets among the settings, which a run keeps. */
const secrets = daemonSettings.pick({
  digitaloceanToken: true,
  cloudflareToken: true,
  spacesAccessKey: true,
  spacesSecretKey: true,
  copyAccessKey: true,
  copySecretKey: true,
  copyReaderAccessKey: true,
  copyReaderSecretKey: true,
});

/** Makes the secrets of a run: those in its settings `earlier` (JSON) stay, those that are missing there are new. */
export function daemonSecrets(earlier: string | undefined): z.infer<typeof secrets> {
  const kept = earlier === undefined ? {} : secrets.partial().strip().parse(JSON.parse(earlier));
  return {
    digitaloceanToken: kept.digitaloceanToken ?? `dop_v1_${randomBytes(32).toString("hex")}`,
    cloudflareToken: kept.cloudflareToken ?? randomBytes(30).toString("base64url"),
    spacesAccessKey: kept.spacesAccessKey ?? `DO00${randomBytes(8).toString("hex").toUpperCase()}`,
    spacesSecretKey: kept.spacesSecretKey ?? randomBytes(32).toString("base64url"),
    copyAccessKey: kept.copyAccessKey ?? `COPY${randomBytes(8).toString("hex").toUpperCase()}`,
    copySecretKey: kept.copySecretKey ?? randomBytes(32).toString("base64url"),
    copyReaderAccessKey: kept.copyReaderAccessKey ?? `READ${randomBytes(8).toString("hex").toUpperCase()}`,
    copyReaderSecretKey: kept.copyReaderSecretKey ?? randomBytes(32).toString("base64url"),
  };
}
