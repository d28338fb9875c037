import { z } from "zod";
import { copySettings } from "./copy-settings.ts";
import { dataSettings } from "./data-settings.ts";
import {
  acceptedFinding,
  domainName,
  domainNameOrNothing,
  flag,
  hostNameOrNothing,
  integer,
  list,
  nodeKey,
  operatorKey,
  operatorNetwork,
  pastTime,
  sshPublicKey,
} from "./types.ts";
import { watchShape } from "./watch-schema.ts";

/**
 * Plain settings of a stack, namespace `imera`, each with its meaning, unit, default and an example; secrets.ts has the
 * encrypted ones. Values arrive as text, lists and numbers as JSON.
 */
export const settingsSchema = z.strictObject({
  domain: domainName().meta({
    description: "The right side of every JID. Never changes once accounts exist.",
    example: "example.org",
  }),
  contact: z.email({ error: "expected a mail address" }).meta({
    description: "Mail address for abuse reports and for the certificate authority.",
    example: "ops@example.org",
  }),
  region: z
    .string()
    .regex(/^[a-z]{3}[0-9]{1,2}$/, { error: "expected the slug of a DigitalOcean region, such as fra1" })
    .meta({
      description: "DigitalOcean region of droplet and volume. Moving restores from the backup.",
      example: "fra1",
    }),
  sshNetworks: list(z.array(operatorNetwork()).max(50))
    .default([])
    .meta({
      description:
        "Networks in CIDR notation that may use SSH. The machine that runs `pulumi up` must be in one of them.",
      example: ["203.0.113.7/32", "2001:db8:7::/48"],
    }),
  sshKeys: list(z.array(operatorKey()).max(50))
    .default([])
    .meta({
      description:
        "Public keys of operators, a line each, which open every node as root beside provisioningPublicKey. Who is taken off it is " +
        "shut out by the next `pulumi up`.",
      example: ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAID+tv3ye+faPRT0wrYqtIPNlUchN+A3O0chCERw4Q0SS ana"],
    }),
  connectionsPerAddress: integer(z.int().min(10).max(60_000))
    .default(500)
    .meta({
      description:
        "Connections that one address may have open to the services, an IPv6 network of 64 bits counting as one; sshNetworks are exempt. " +
        "A house whose people share an address needs some three for each device.",
      example: 3000,
    }),
  zone: domainNameOrNothing().default("").meta({
    description:
      "The Cloudflare zone that holds the domain, for one such as im.example.org. Empty: the domain is a zone itself.",
    example: "example.org",
  }),
  serveDomainApex: flag()
    .default(false)
    .meta({
      description:
        "Whether the domain's own A and AAAA records point here, which discovery by web clients needs (XEP-0156). " +
        "Leave it off where the domain has a web site of its own.",
      example: true,
    }),
  nodes: list(z.array(nodeKey()).min(1).max(1, { error: "this version builds one node" }))
    .default(["xmpp1"])
    .meta({ description: "Keys of the nodes: the first label of their host names.", example: ["xmpp1"] }),
  size: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]+$/, { error: "expected the slug of a droplet size" })
    .default("s-1vcpu-1gb")
    .meta({
      description:
        "Droplet size. 1 GiB of memory carries some 150 sessions beside the database. Changing it reboots the node.",
      example: "s-2vcpu-4gb",
    }),
  image: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]+$/, { error: "expected the slug or id of an image, or prepared" })
    .default("debian-13-x64")
    .meta({
      description:
        "Image of droplets yet to be made: slug, id, or `prepared`, the newest that `npm run image` made and the region has " +
        "(`debian-13-x64` where there is none).",
      example: "prepared",
    }),
  volumeSizeGiB: integer(z.int().min(1).max(16384)).default(10).meta({
    description: "Size of the data volume in GiB, for accounts, archive and uploads. It can grow, not shrink.",
    example: 50,
  }),
  reservedIp: flag().default(false).meta({
    description: "Whether a node has a reserved IPv4 address, so that its A records outlive the droplet.",
    example: true,
  }),
  protectData: flag().default(true).meta({
    description: "Whether `pulumi destroy` and replacement refuse to touch the data volumes and the backups' bucket.",
    example: false,
  }),
  ttlSeconds: integer(z.int().min(60).max(86_400))
    .default(300)
    .meta({ description: "TTL of the DNS records in seconds.", example: 3600 }),
  acmeDirectoryUrl: z
    .url({ protocol: /^https$/, error: "expected an https URL" })
    .default("https://acme-v02.api.letsencrypt.org/directory")
    .meta({
      description: "Directory of the certificate authority (RFC 8555).",
      example: "https://acme-staging-v02.api.letsencrypt.org/directory",
    }),
  caaIssuer: z
    .string()
    .regex(/^([a-z0-9-]+(\.[a-z0-9-]+)+)?$/, { error: "expected the authority's CAA name, or nothing" })
    .default("letsencrypt.org")
    .meta({
      description:
        "Authority that the stack's CAA record admits (RFC 8659); it also holds for other services below the domain. Others are kept " +
        "out only where Cloudflare's Universal SSL is off. Empty: no CAA record.",
      example: "letsencrypt.org",
    }),
  acmeAccountUri: z
    .string()
    .regex(/^(https:\/\/\S+)?$/, { error: "expected an https URL, or nothing" })
    .default("")
    .meta({
      description:
        "URI of the ACME account, which is there once the first certificate is. Where set, the CAA record admits this account, by DNS " +
        "(RFC 8657). Others of the authority are kept out only where Cloudflare's Universal SSL is off.",
      example: "https://acme-v02.api.letsencrypt.org/acme/acct/123456789",
    }),
  dnsPropagationSeconds: integer(z.int().min(1).max(600)).default(10).meta({
    description: "How long certbot waits, in seconds, for the name servers to know its record.",
    example: 30,
  }),
  turnRelayFirstPort: integer(z.int().min(1024).max(65_535))
    .default(49_152)
    .meta({ description: "First UDP port for relayed calls.", example: 49_152 }),
  turnRelayLastPort: integer(z.int().min(1024).max(65_535)).default(49_407).meta({
    description:
      "Last UDP port for relayed calls. A call takes two to four; 256 ports outlast a small droplet's uplink.",
    example: 50_175,
  }),
  adminUser: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, { error: "expected the user part of a JID in lower case" })
    .default("admin")
    .meta({ description: "User part of the administrator's JID.", example: "admin" }),
  spamProtection: flag().default(true).meta({
    description: "Whether to subscribe to the block lists of xmppbl.org. Off in a closed network.",
    example: false,
  }),
  uploadMaxFileMiB: integer(z.int().min(1).max(10_240))
    .default(100)
    .meta({ description: "Largest file that can be uploaded, in MiB.", example: 50 }),
  uploadQuotaMiB: integer(z.int().min(1).max(1_048_576))
    .default(1000)
    .meta({ description: "Uploads that each user may keep, in MiB.", example: 5000 }),
  uploadKeepDays: integer(z.int().min(1).max(3650))
    .default(90)
    .meta({ description: "Days until an upload is deleted.", example: 30 }),
  ...dataSettings,
  backupRegion: z
    .string()
    .regex(/^[a-z0-9-]*$/, { error: "expected the slug of a Spaces region, such as ams3, or nothing" })
    .default("")
    .meta({
      description:
        "Spaces region of the backups' bucket when it is made. It stays there when region changes. " +
        "Empty: one near the droplet, but not its own.",
      example: "ams3",
    }),
  backupKeepDays: integer(z.int().min(7).max(3650))
    .default(30)
    .meta({ description: "Days that backups, and overwritten objects in their bucket, are kept.", example: 90 }),
  backupHour: integer(z.int().min(0).max(23)).default(3).meta({
    description: "Hour of the daily backup, in UTC. On Sunday it is a full one.",
    example: 4,
  }),
  recovery: z
    .enum(["auto", "volume", "backup", "initialise"])
    .default("auto")
    .meta({
      description:
        "What a new node starts from, where it cannot choose by itself: `volume`, what is on the data volume; " +
        "`backup`, the newest backup; `initialise`, nothing.",
      example: "backup",
    }),
  recoveryTime: pastTime().default("").meta({
    description: "Where a backup is restored: to this point in time, in UTC, and no further. Empty: the newest.",
    example: "2026-11-22T10:00:00Z",
  }),
  purpose: z
    .enum(["serve", "drill"])
    .default("serve")
    .meta({
      description:
        "`drill`: a throw-away copy that restores and is asked questions. It publishes, archives, backs up and orders nothing. " +
        "`npm run drill` sets it.",
      example: "serve",
    }),
  backupBucket: z
    .string()
    .regex(/^([a-z0-9][a-z0-9-]{1,61}[a-z0-9])?$/, { error: "expected the name of a bucket, or nothing" })
    .default("")
    .meta({
      description:
        "An existing bucket with backups, instead of one that the stack makes. Needs backupRegion, backupAccessKey and backupSecretKey.",
      example: "imera-backup-1a2b3c4",
    }),
  backupEndpoint: hostNameOrNothing().default("").meta({
    description: "Host name of the S3 endpoint that nodes use, by https. Empty: that of Spaces in the bucket's region.",
    example: "ams3.digitaloceanspaces.com",
  }),
  ...copySettings,
  acceptedFindings: list(z.array(acceptedFinding()).max(50))
    .default([])
    .meta({
      description:
        "Findings of `npm run doctor` that you know and accept, each by its id, or by its kind alone (the part before the colon), with " +
        "the reason and the last day. After that day it counts again.",
      example: [{ finding: "caa-universal-ssl", reason: "the zone proxies a web site", until: "2027-06-30" }],
    }),
  ...watchShape,
  provisioningPublicKey: sshPublicKey().meta({
    description: "Public half of provisioningPrivateKey. Made by `npm run stack -- new`.",
    example: "ssh-ed25519 AAAA… imera",
  }),
  firstContactPublicKey: sshPublicKey().meta({
    description: "Public half of firstContactPrivateKey. Made by `npm run stack -- new`.",
    example: "ssh-ed25519 AAAA… imera",
  }),
});

/** Plain settings of a stack, checked. */
export type PlainSettings = z.infer<typeof settingsSchema>;
