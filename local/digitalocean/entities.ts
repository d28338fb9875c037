import { z } from "zod";

// The state of the local DigitalOcean API, one schema a resource. Times are ISO 8601 in UTC; sizes name their unit.

const time = z.iso.datetime();

/** Schema of a public SSH key of the account. */
export const sshKey = z.strictObject({
  id: z.int(),
  name: z.string(),
  /** OpenSSH's format, as it was given. */
  publicKey: z.string(),
  /** MD5 of the key blob, as 16 pairs of hex digits with colons. */
  fingerprint: z.string(),
});
/** A public SSH key of the account. */
export type SshKey = z.infer<typeof sshKey>;

/** Schema of a droplet's backup policy. */
export const backupPolicy = z.strictObject({
  plan: z.enum(["daily", "weekly"]),
  weekday: z.enum(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]).nullable(),
  /** Start of the four hours in which the backup runs, UTC. */
  hour: z.int().nullable(),
});
/** A droplet's backup policy. */
export type BackupPolicy = z.infer<typeof backupPolicy>;

/** Schema of a snapshot of a droplet's root disk. */
export const snapshot = z.strictObject({
  /** Id of the snapshot, and of the image that it is, too. */
  id: z.int(),
  name: z.string(),
  dropletId: z.int(),
  /** Slugs of the regions that it can be used in: the droplet's own, then those that it was copied to. */
  regions: z.array(z.string()),
  createdAt: time,
  /** Size of the droplet's root disk: no smaller one can be made from the snapshot. */
  minDiskGiB: z.int(),
  sizeGigabytes: z.number(),
  /** `making` while the action is under way. One that was deleted stays known to the droplets that were made from it. */
  status: z.enum(["making", "available", "deleted"]),
});
/** A snapshot of a droplet's root disk, which droplets can be made from. */
export type Snapshot = z.infer<typeof snapshot>;

/** Schema of a droplet. */
export const droplet = z.strictObject({
  id: z.int(),
  name: z.string(),
  region: z.string(),
  size: z.string(),
  /** Slug of an image, or id of a snapshot. */
  image: z.string(),
  createdAt: time,
  status: z.enum(["new", "active", "off"]),
  /** Size of the root disk: less than that of `size` after a resize that kept the disk. */
  diskGiB: z.int(),
  monitoring: z.boolean(),
  agent: z.boolean(),
  backupPolicy: backupPolicy.nullable(),
  tags: z.array(z.string()),
  /** Text of the keys, not their ids: deleting a key from the account does not take it from the droplet. */
  sshPublicKeys: z.array(z.string()),
  userData: z.string().nullable(),
  publicIpv4: z.string(),
  publicIpv6: z.string().nullable(),
  vpcId: z.string(),
  vpcIpv4: z.string(),
});
/** A droplet, its actions aside. */
export type Droplet = z.infer<typeof droplet>;

/** Schema of a block storage volume. */
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
/** A block storage volume. */
export type Volume = z.infer<typeof volume>;

/** Schema of a rule's other side: sources of an inbound rule, destinations of an outbound one. */
const firewallPeers = z.strictObject({
  addresses: z.array(z.string()),
  tags: z.array(z.string()),
  dropletIds: z.array(z.int()),
});
/** Schema of a cloud firewall's rule, of either direction. */
export const firewallRule = z.strictObject({
  protocol: z.enum(["tcp", "udp", "icmp"]),
  /** `22`, `8000-9000`, or `0` for all ports and for icmp, as the API answers. */
  ports: z.string(),
  peers: firewallPeers,
});
/** A cloud firewall's rule, of either direction. */
export type FirewallRule = z.infer<typeof firewallRule>;

/** Schema of a cloud firewall. It applies to the droplets that it names by id or by tag. */
export const firewall = z.strictObject({
  id: z.string(),
  name: z.string(),
  createdAt: time,
  inbound: z.array(firewallRule),
  outbound: z.array(firewallRule),
  dropletIds: z.array(z.int()),
  tags: z.array(z.string()),
});
/** A cloud firewall. */
export type Firewall = z.infer<typeof firewall>;

/** Schema of a reserved IPv4 address and the droplet that has it. */
export const reservedIp = z.strictObject({ ip: z.string(), region: z.string(), dropletId: z.int().nullable() });
/** A reserved IPv4 address and the droplet that has it, if any. */
export type ReservedIp = z.infer<typeof reservedIp>;

/** Schema of a VPC. */
export const vpc = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  region: z.string(),
  ipRange: z.string(),
  isDefault: z.boolean(),
  createdAt: time,
});
/** A VPC: a private network of one region. */
export type Vpc = z.infer<typeof vpc>;

/** Schema of a tag. Resources keep the tags that they bear. */
export const tag = z.strictObject({ name: z.string() });
/** A tag. Resources keep the tags that they bear. */
export type Tag = z.infer<typeof tag>;

/** Schema of a project. */
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
/** A project, its resources aside. */
export type Project = z.infer<typeof project>;

/** Schema of a resource's membership in a project; `urn` is as in `do:droplet:100001`. */
export const projectResource = z.strictObject({ urn: z.string(), projectId: z.string(), assignedAt: time });
/** Membership of a resource in a project. */
export type ProjectResource = z.infer<typeof projectResource>;

/** Schema of an action's work, as data: with it an action that a restart interrupted is done again. */
export const work = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("createDroplet"), dropletId: z.int() }),
  z.strictObject({ kind: z.literal("destroyDroplet"), dropletId: z.int() }),
  z.strictObject({
    kind: z.literal("power"),
    dropletId: z.int(),
    change: z.enum(["on", "powerOff", "shutdown", "reboot", "powerCycle"]),
  }),
  z.strictObject({ kind: z.literal("resizeDroplet"), dropletId: z.int(), size: z.string(), disk: z.boolean() }),
  z.strictObject({ kind: z.literal("snapshotDroplet"), dropletId: z.int(), snapshotId: z.int() }),
  z.strictObject({ kind: z.literal("copySnapshot"), snapshotId: z.int(), region: z.string() }),
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
/** Work of an action, as data. */
export type Work = z.infer<typeof work>;

/** Schema of an action. */
export const action = z.strictObject({
  id: z.int(),
  type: z.string(),
  status: z.enum(["in-progress", "completed", "errored"]),
  startedAt: time,
  completedAt: time.nullable(),
  resourceType: z.enum(["droplet", "volume", "reserved_ip", "image"]),
  /** Null for a volume, whose id is not a number. */
  resourceId: z.int().nullable(),
  region: z.string(),
  work,
});
/** An action: a change of a droplet, volume, reserved IP or image that takes time. */
export type Action = z.infer<typeof action>;

/** Schema of a grant of a Spaces key. */
export const spacesGrant = z.strictObject({
  /** Empty in a grant of full access, which is to all buckets. */
  bucket: z.string(),
  permission: z.enum(["read", "readwrite", "fullaccess"]),
});

/** Schema of a Spaces key. The secret is kept, because signatures are checked with it. */
export const spacesKey = z.strictObject({
  name: z.string(),
  accessKey: z.string(),
  secretKey: z.string(),
  grants: z.array(spacesGrant),
  createdAt: time,
});
/** A Spaces key with its grants. */
export type SpacesKey = z.infer<typeof spacesKey>;

/** Schema of a counter that numeric ids come from: the last value that was given out. */
export const counter = z.strictObject({ value: z.int() });
