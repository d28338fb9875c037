import { randomBytes } from "node:crypto";

import { z } from "zod";

/** What the local cloud's daemon is started with. The file holds secrets and has mode 0600. */
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
  /** Domains that are zones in the Cloudflare account. */
  zones: z.array(z.string()),
  /** Names under `local-cloud.test` and their IPv4 addresses. */
  names: z.record(z.string(), z.string()),
  /** Resolvers for all other names. */
  upstreamResolvers: z.array(z.string()),
});

export type DaemonSettings = z.infer<typeof daemonSettings>;

/** The secrets among the settings, which a run keeps. */
const secrets = daemonSettings.pick({
  digitaloceanToken: true,
  cloudflareToken: true,
  spacesAccessKey: true,
  spacesSecretKey: true,
});

/** Secrets for a run: those of its settings `earlier`, and new ones for what they do not have. */
export function daemonSecrets(earlier: string | undefined): z.infer<typeof secrets> {
  const kept = earlier === undefined ? {} : secrets.partial().strip().parse(JSON.parse(earlier));
  return {
    digitaloceanToken: kept.digitaloceanToken ?? `dop_v1_${randomBytes(32).toString("hex")}`,
    cloudflareToken: kept.cloudflareToken ?? randomBytes(30).toString("base64url"),
    spacesAccessKey: kept.spacesAccessKey ?? `DO00${randomBytes(8).toString("hex").toUpperCase()}`,
    spacesSecretKey: kept.spacesSecretKey ?? randomBytes(32).toString("base64url"),
  };
}
