import { z } from "zod";

/** What the local cloud's daemon is started with. The file holds two tokens and has mode 0600. */
export const daemonSettings = z.strictObject({
  /** Number of the run. */
  run: z.int(),
  /** Bearer token of the DigitalOcean API. */
  digitaloceanToken: z.string(),
  /** First token of the Cloudflare API. */
  cloudflareToken: z.string(),
  /** Domains that are zones in the Cloudflare account. */
  zones: z.array(z.string()),
  /** Names under `local-cloud.test` and their IPv4 addresses. */
  names: z.record(z.string(), z.string()),
  /** Resolvers for all other names. */
  upstreamResolvers: z.array(z.string()),
});

export type DaemonSettings = z.infer<typeof daemonSettings>;
