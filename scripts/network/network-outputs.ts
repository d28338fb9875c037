import { z } from "zod";

const machine = z.object({
  /** Full host name. */
  name: z.string(),
  publicIpv4: z.string(),
  publicIpv6: z.string(),
  /** Public SSH host key, `ssh-ed25519 AAAA…`. */
  sshHostKey: z.string(),
  /** DigitalOcean's id of the droplet. */
  dropletId: z.coerce.string().optional(),
});

const node = machine.extend({
  privateIpv4: z.string(),
  /** Address that the DNS names. */
  serviceIpv4: z.string(),
  volumeName: z.string().optional(),
});

/** The program gives null for what a network does not have: of an output without a value Pulumi warns. */
function absentable<T extends z.ZodType>(schema: T) {
  return schema
    .nullish()
    .transform((value) => value ?? undefined)
    .optional();
}

/** Schema of the program's outputs for a network that is complete. */
export const networkOutputs = z.object({
  domain: z.string(),
  adminJid: z.string(),
  nodes: z.array(node).min(1),
  /** Droplet that watches; absent where there is none. */
  watcher: absentable(machine),
  /** Files of a watcher on another machine, as JSON. Absent in a drill. Secret. */
  watchElsewhere: absentable(z.object({ configuration: z.string(), secrets: z.string() })),
  /** Bucket that the backups are in; `endpoint` is a host name that answers https. */
  backup: z.object({ endpoint: z.string(), region: z.string(), bucket: z.string() }),
  /** Key pair of Spaces that can read the backups' bucket and do no more. Secret. */
  backupReader: z.object({ accessKey: z.string(), secretKey: z.string() }),
});

/** Outputs of the program for a network that is complete. */
export type NetworkOutputs = z.infer<typeof networkOutputs>;
/** Droplet of a network that SSH leads to, as the program's outputs describe it. */
export type NetworkMachine = z.infer<typeof machine>;
/** Node of a network, as the program's outputs describe it. */
export type NetworkNode = z.infer<typeof node>;

/** Gives the key of a node, the first label of its name. */
export function nodeKey({ name }: Pick<NetworkNode, "name">): string {
  return name.split(".", 1)[0] ?? name;
}
