import { z } from "zod";

const node = z.object({
  /** Full host name. */
  name: z.string(),
  publicIpv4: z.string(),
  publicIpv6: z.string(),
  privateIpv4: z.string(),
  /** What the DNS names. */
  serviceIpv4: z.string(),
  /** The node's public SSH host key, `ssh-ed25519 AAAA…`. */
  sshHostKey: z.string(),
  /** DigitalOcean's number of it. */
  dropletId: z.coerce.string().optional(),
  volumeName: z.string().optional(),
});

/** What the program says about a network that is complete. */
export const networkOutputs = z.object({
  domain: z.string(),
  adminJid: z.string(),
  nodes: z.array(node).min(1),
  /** Where the backups are; `endpoint` is a host name that answers https. */
  backup: z.object({ endpoint: z.string(), region: z.string(), bucket: z.string() }),
  /** A Spaces key that may read that bucket and no more. Secret. */
  backupReader: z.object({ accessKey: z.string(), secretKey: z.string() }),
});

export type NetworkOutputs = z.infer<typeof networkOutputs>;
export type NetworkNode = z.infer<typeof node>;
