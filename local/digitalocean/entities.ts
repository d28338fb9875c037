import { z } from "zod";

/** What the local DigitalOcean API keeps, one schema a resource. Times are ISO 8601 in UTC; sizes name their unit. */

const time = z.iso.datetime();

export const sshKey = z.strictObject({
  id: z.int(),
  name: z.string(),
  /** OpenSSH's format, as it was given. */
  publicKey: z.string(),
  /** MD5 of the key blob, as 16 pairs of hex digits with colons. */
  fingerprint: z.string(),
});
export type SshKey = z.infer<typeof sshKey>;

export const backupPolicy = z.strictObject({
  plan: z.enum(["daily", "weekly"]),
  weekday: z.enum(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]).nullable(),
  /** Start of the four hours in which the backup runs, UTC. */
  hour: z.int().nullable(),
});
export type BackupPolicy = z.infer<typeof backupPolicy>;

export const droplet = z.strictObject({
  id: z.int(),
  name: z.string(),
  region: z.string(),
  size: z.string(),
  image: z.string(),
  createdAt: time,
  status: z.enum(["new", "active", "off"]),
  /** Stays behind the size's disk after a resize that keeps the disk. */
  diskGiB: z.int(),
  monitoring: z.boolean(),
  agent: z.boolean(),
  backupPolicy: backupPolicy.nullable(),
  tags: z.array(z.string()),
  /** The keys themselves: deleting a key from the account does not take it from the droplet. */
  sshPublicKeys: z.array(z.string()),
  userData: z.string().nullable(),
  publicIpv4: z.string(),
  publicIpv6: z.string().nullable(),
  vpcId: z.string(),
  vpcIpv4: z.string(),
});
export type Droplet = z.infer<typeof droplet>;

export const volume = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  region: z.string(),
  sizeGiB: z.int(),
  filesystem: z.strictObject({ type: z.enum(["ext4", "xfs"]), label: z.string() }).nullable(),
  createdAt: time,
  tags: z.array(z.string()),
  dropletId: z.int().nullable(),
});
export type Volume = z.infer<typeof volume>;

export const firewallPeers = z.strictObject({
  addresses: z.array(z.string()),
  tags: z.array(z.string()),
  dropletIds: z.array(z.int()),
});
export const firewallRule = z.strictObject({
  protocol: z.enum(["tcp", "udp", "icmp"]),
  /** `22`, `8000-9000`, or `0` for all ports and for icmp, as the API answers. */
  ports: z.string(),
  peers: firewallPeers,
});
export type FirewallRule = z.infer<typeof firewallRule>;

export const firewall = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: time,
  inbound: z.array(firewallRule),
  outbound: z.array(firewallRule),
  dropletIds: z.array(z.int()),
  tags: z.array(z.string()),
});
export type Firewall = z.infer<typeof firewall>;

export const reservedIp = z.strictObject({ ip: z.string(), region: z.string(), dropletId: z.int().nullable() });
export type ReservedIp = z.infer<typeof reservedIp>;

export const vpc = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  region: z.string(),
  ipRange: z.string(),
  isDefault: z.boolean(),
  createdAt: time,
});
export type Vpc = z.infer<typeof vpc>;

export const tag = z.strictObject({ name: z.string() });
export type Tag = z.infer<typeof tag>;

export const project = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  purpose: z.string(),
  environment: z.string(),
  isDefault: z.boolean(),
  createdAt: time,
  updatedAt: time,
});
export type Project = z.infer<typeof project>;

export const projectResource = z.strictObject({ urn: z.string(), projectId: z.string(), assignedAt: time });
export type ProjectResource = z.infer<typeof projectResource>;

/** What an action does, as data: an action that a restart interrupted is done again from it. */
export const work = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("createDroplet"), dropletId: z.int() }),
  z.strictObject({ kind: z.literal("destroyDroplet"), dropletId: z.int() }),
  z.strictObject({
    kind: z.literal("power"),
    dropletId: z.int(),
    change: z.enum(["on", "powerOff", "shutdown", "reboot", "powerCycle"]),
  }),
  z.strictObject({ kind: z.literal("resizeDroplet"), dropletId: z.int(), size: z.string(), disk: z.boolean() }),
  z.strictObject({ kind: z.literal("renameDroplet"), dropletId: z.int(), name: z.string() }),
  z.strictObject({ kind: z.literal("setBackups"), dropletId: z.int(), policy: backupPolicy.nullable() }),
  z.strictObject({ kind: z.literal("attachVolume"), volumeId: z.string(), dropletId: z.int() }),
  z.strictObject({ kind: z.literal("detachVolume"), volumeId: z.string(), dropletId: z.int() }),
  z.strictObject({
    kind: z.literal("resizeVolume"),
    volumeId: z.string(),
    sizeGiB: z.int(),
    dropletId: z.int().nullable(),
  }),
  z.strictObject({ kind: z.literal("assignIp"), ip: z.string(), dropletId: z.int() }),
  z.strictObject({ kind: z.literal("unassignIp"), ip: z.string(), dropletId: z.int() }),
]);
export type Work = z.infer<typeof work>;

export const action = z.strictObject({
  id: z.int(),
  type: z.string(),
  status: z.enum(["in-progress", "completed", "errored"]),
  startedAt: time,
  completedAt: time.nullable(),
  resourceType: z.enum(["droplet", "volume", "reserved_ip"]),
  /** Volumes have none: their id is not a number. */
  resourceId: z.int().nullable(),
  region: z.string(),
  work,
});
export type Action = z.infer<typeof action>;

export const spacesGrant = z.strictObject({
  /** Empty in a grant of full access, which is to all buckets. */
  bucket: z.string(),
  permission: z.enum(["read", "readwrite", "fullaccess"]),
});

export const spacesKey = z.strictObject({
  name: z.string(),
  accessKey: z.string(),
  secretKey: z.string(),
  grants: z.array(spacesGrant),
  createdAt: time,
});
export type SpacesKey = z.infer<typeof spacesKey>;

export const counter = z.strictObject({ value: z.int() });
