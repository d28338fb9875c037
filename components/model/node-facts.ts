import type { BackupLocation } from "./backup-location.ts";
import { certificateNames, domainHosts, type HostRole, type Service } from "./services.ts";

/**
 * What a node knows of itself and of the network: the content of `/etc/imera/node.json` on the droplet. Everything that runs
 * there reads it from this file; nothing in it is secret.
 */
export interface NodeFacts {
  /** Right side of every JID, also the name that the certificate is kept under. */
  readonly domain: string;
  /** Full name of the node, for example `xmpp1.example.org`. */
  readonly nodeName: string;
  readonly hosts: Readonly<Record<HostRole, string>>;
  readonly adminJid: string;
  /** User part of {@link adminJid}. */
  readonly adminUser: string;
  /** Mail address for the ACME account. */
  readonly contact: string;
  /** Names of the one certificate, the domain first. */
  readonly certificateNames: readonly string[];
  /** ACME directory (RFC 8555, section 7.1.1). */
  readonly acmeDirectoryUrl: string;
  /** Base address of the DNS provider's API; null: the vendor's own. */
  readonly cloudflareApiUrl: string | null;
  /** How long certbot waits between its DNS record and its request to look at it. */
  readonly dnsPropagationSeconds: number;
  /** Block device of the data volume, by id. */
  readonly volumeDevice: string;
  /** Where the data volume is mounted. */
  readonly mountPoint: string;
  /** Where uploads are kept: the docroot of ejabberd's mod_http_upload. */
  readonly uploadDirectory: string;
  readonly database: { readonly name: string; readonly user: string; readonly host: string; readonly port: number };
  /** Port of ejabberd's HTTP API on 127.0.0.1, for the node's own checks. */
  readonly apiPort: number;
  readonly addresses: NodeAddresses;
  /** What listens on the node, with the names that its certificate must hold. */
  readonly listeners: readonly {
    readonly name: string;
    readonly transports: readonly string[];
    readonly firstPort: number;
    readonly lastPort: number;
    readonly tls: "direct" | "starttls" | "none";
    readonly certificateNames: readonly string[];
  }[];
  /** In a drill nothing is archived, backed up or ordered. */
  readonly purpose: Purpose;
  /** Secrets that the node receives, by name, each with the regular expression that its whole value must match. */
  readonly secretPatterns: Readonly<Record<string, string>>;
  /** User part of the account that drills and rebuilds log in with. */
  readonly canaryUser: string;
  readonly backup: BackupFacts;
  readonly recovery: {
    readonly choice: RecoveryChoice;
    /** RFC 3339, in UTC: no transaction after it is restored. null: the newest. */
    readonly time: string | null;
  };
}

/** Purpose of a network: `serve`, or `drill` for a throw-away copy that publishes, archives, backs up and orders nothing. */
export type Purpose = "serve" | "drill";

/** Origin of a new node's data; `auto`: the node chooses where there is no doubt. */
export type RecoveryChoice = "auto" | "volume" | "backup" | "initialise";

/** What a node knows of its backups. */
export interface BackupFacts extends BackupLocation {
  /** Days that backups are kept. */
  readonly keepDays: number;
  /** Hour of the daily backup, in UTC. */
  readonly hour: number;
}

export interface NodeAddresses {
  /** The droplet's own. */
  readonly publicIpv4: string;
  readonly publicIpv6: string;
  /** In the VPC. */
  readonly privateIpv4: string;
  /** What the DNS names: the reserved IP where there is one, the droplet's own otherwise. */
  readonly serviceIpv4: string;
}

/** Where the data volume is mounted on every node. */
export const dataMountPoint = "/srv/imera";
/** PostgreSQL on the node itself, over loopback. */
export const nodeDatabase = { name: "ejabberd", user: "ejabberd", host: "127.0.0.1", port: 5432 } as const;
/** ejabberd's HTTP API, on loopback only. */
export const apiPort = 5281;
/** Where uploads are kept, on the data volume. */
export const uploadDirectory = `${dataMountPoint}/upload`;
/** The account that drills and rebuilds log in with. */
export const canaryUser = "imera-canary";

/** Facts of a node's that are not the same for all. */
export interface NodeFactsInput {
  readonly purpose: Purpose;
  readonly recovery: RecoveryChoice;
  /** RFC 3339, in UTC; empty: the newest. */
  readonly recoveryTime: string;
  readonly backupKeepDays: number;
  /** Hour of the daily backup, in UTC. */
  readonly backupHour: number;
  readonly secretPatterns: NodeFacts["secretPatterns"];
  readonly domain: string;
  readonly nodeName: string;
  readonly adminUser: string;
  readonly contact: string;
  readonly acmeDirectoryUrl: string;
  readonly cloudflareApiUrl: string | undefined;
  readonly dnsPropagationSeconds: number;
  /** Name of the volume, from which DigitalOcean makes the device's id. */
  readonly volumeName: string;
  readonly addresses: NodeAddresses;
  readonly services: readonly Service[];
  readonly backup: BackupLocation;
}

/** The facts of one node; pure. */
export function nodeFacts(input: NodeFactsInput): NodeFacts {
  const hosts = domainHosts(input.domain);
  return {
    domain: input.domain,
    nodeName: input.nodeName,
    hosts,
    adminJid: `${input.adminUser}@${input.domain}`,
    adminUser: input.adminUser,
    contact: input.contact,
    certificateNames: certificateNames(input.domain, input.services),
    acmeDirectoryUrl: input.acmeDirectoryUrl,
    cloudflareApiUrl: input.cloudflareApiUrl ?? null,
    dnsPropagationSeconds: input.dnsPropagationSeconds,
    volumeDevice: `/dev/disk/by-id/scsi-0DO_Volume_${input.volumeName}`,
    mountPoint: dataMountPoint,
    uploadDirectory,
    database: nodeDatabase,
    apiPort,
    addresses: input.addresses,
    listeners: input.services.map((service) => ({
      name: service.name,
      transports: service.transports,
      firstPort: service.ports.first,
      lastPort: service.ports.last,
      tls: service.tls,
      certificateNames: service.certificateHosts.map((role) => hosts[role]),
    })),
    purpose: input.purpose,
    secretPatterns: input.secretPatterns,
    canaryUser,
    backup: { ...input.backup, keepDays: input.backupKeepDays, hour: input.backupHour },
    recovery: { choice: input.recovery, time: input.recoveryTime === "" ? null : input.recoveryTime },
  };
}
