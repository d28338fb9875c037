import { type NamedStack, stackOptions } from "../../host/terminal/advice.ts";
import type { BackupLocation } from "./backup-location.ts";
import { certificateNames, domainHosts, type HostRole, type Service } from "./services.ts";

/**
 * Facts of a node and its network: the content of `/etc/imera/node.json` on the droplet, from which everything that runs there
 * reads them. Nothing in it is secret.
 */
export interface NodeFacts {
  /** Options by which the commands of an operator name the network's stack, such as `--stack prod`. */
  readonly stackOptions: string;
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
  /** Time that certbot waits between its DNS record and its request to look at it. */
  readonly dnsPropagationSeconds: number;
  /** Block device of the data volume, by id. */
  readonly volumeDevice: string;
  /** Size of the data volume that was asked for; the volume may be larger. */
  readonly volumeSizeGiB: number;
  /** Mount point of the data volume. */
  readonly mountPoint: string;
  /** Folder of the uploads: the docroot of ejabberd's mod_http_upload. */
  readonly uploadDirectory: string;
  /** PostgreSQL as ejabberd uses it; `version` is the major one. */
  readonly database: {
    readonly name: string;
    readonly user: string;
    readonly host: string;
    readonly port: number;
    readonly version: string;
  };
  /** Port of ejabberd's HTTP API on 127.0.0.1, for the node's own checks. */
  readonly apiPort: number;
  readonly addresses: NodeAddresses;
  /** Ports that are listened on, each with the names that its certificate must hold. */
  readonly listeners: readonly {
    readonly name: string;
    readonly transports: readonly string[];
    readonly firstPort: number;
    readonly lastPort: number;
    readonly tls: "direct" | "starttls" | "none";
    readonly certificateNames: readonly string[];
  }[];
  /** Limits by which ejabberd deletes uploads by itself. */
  readonly uploads: { readonly keepDays: number; readonly quotaMiB: number; readonly maxFileMiB: number };
  /** Ends of what the network keeps; 0: none. */
  readonly retention: RetentionFacts;
  /** Tokens of the operator's, by name, each with the last day on which it works, such as `2027-06-30`. */
  readonly tokenEnds: readonly { readonly token: string; readonly until: string }[];
  /** In a drill nothing is archived, backed up or ordered. */
  readonly purpose: Purpose;
  /** Secrets that the node receives, by name, each with the regular expression that its whole value must match. */
  readonly secretPatterns: Readonly<Record<string, string>>;
  /** User part of the account that drills and rebuilds log in with. */
  readonly canaryUser: string;
  /** User part of the account that the watcher logs in with. */
  readonly watchUser: string;
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
type RecoveryChoice = "auto" | "volume" | "backup" | "initialise";

/** Days after which a node deletes what people left, by kind, and the size of an account's or a room's archive. 0: never, no end. */
export interface RetentionFacts {
  readonly archiveDays: number;
  /** Of messages that wait for somebody who is away. */
  readonly offlineDays: number;
  /** Of push sessions, since the login that made one. */
  readonly pushDays: number;
  /** Of items at the pubsub service. */
  readonly pubsubDays: number;
  readonly archiveQuotaMiB: number;
}

/** Facts of a node's backups. */
interface BackupFacts extends BackupLocation {
  /** Days that backups are kept. */
  readonly keepDays: number;
  /** Hour of the daily backup, in UTC. */
  readonly hour: number;
}

/** Addresses of a node. */
export interface NodeAddresses {
  /** Public address of the droplet itself. */
  readonly publicIpv4: string;
  readonly publicIpv6: string;
  /** Address in the VPC. */
  readonly privateIpv4: string;
  /** Address in the DNS: the reserved IP where there is one, the droplet's own otherwise. */
  readonly serviceIpv4: string;
}

/** Mount point of the data volume on every node. */
export const dataMountPoint = "/srv/imera";
/** Major version of PostgreSQL on every node: the one of its Debian release. */
export const postgresqlVersion = "17";
/** Folder of the database on the data volume. */
export const databaseFolder = `${dataMountPoint}/postgresql/${postgresqlVersion}/main`;
/** PostgreSQL on the node itself, over loopback. */
export const nodeDatabase = {
  name: "ejabberd",
  user: "ejabberd",
  host: "127.0.0.1",
  port: 5432,
  version: postgresqlVersion,
} as const;
/** ejabberd's HTTP API, on loopback only. */
export const apiPort = 5281;
/** Folder of the uploads, on the data volume. */
export const uploadDirectory = `${dataMountPoint}/upload`;
/** User part of the account that drills and rebuilds log in with. */
export const canaryUser = "imera-canary";
/** User part of the account that watchers log in with. */
export const watchUser = "imera-watch";

/** Settings of the stack that a node is told. */
export interface FactSettings {
  /** Stack of the network. */
  readonly stack: NamedStack;
  readonly domain: string;
  /** User part of the administrator's JID. */
  readonly adminUser: string;
  /** Mail address for the ACME account. */
  readonly contact: string;
  /** ACME directory (RFC 8555, section 7.1.1). */
  readonly acmeDirectoryUrl: string;
  /** Base address of the DNS provider's API; undefined: the vendor's own. */
  readonly cloudflareApiUrl: string | undefined;
  readonly dnsPropagationSeconds: number;
  readonly volumeSizeGiB: number;
  readonly purpose: Purpose;
  readonly recovery: RecoveryChoice;
  /** RFC 3339, in UTC; empty: the newest. */
  readonly recoveryTime: string;
  readonly uploadKeepDays: number;
  readonly uploadQuotaMiB: number;
  readonly uploadMaxFileMiB: number;
  readonly archiveKeepDays: number;
  readonly offlineKeepDays: number;
  readonly pushKeepDays: number;
  readonly pubsubKeepDays: number;
  readonly archiveQuotaMiB: number;
  readonly tokenEnds: NodeFacts["tokenEnds"];
  readonly backupKeepDays: number;
  /** Hour of the daily backup, in UTC. */
  readonly backupHour: number;
}

/** Input of a node's facts. Nothing of it is secret. */
export interface NodeFactsInput {
  readonly settings: FactSettings;
  /** Full name of the node. */
  readonly nodeName: string;
  /** Name of the volume, from which DigitalOcean makes the device's id. */
  readonly volumeName: string;
  readonly addresses: NodeAddresses;
  readonly services: readonly Service[];
  readonly backup: BackupLocation;
  readonly secretPatterns: NodeFacts["secretPatterns"];
}

/**
 * Longest time before the loss of a volume whose changes the backups may lack, in seconds. The node archives its write-ahead log
 * more often (`archive_timeout` in steps/40-database), and the way to the store takes time too.
 */
export const recoveryPointSeconds = 60;

/** Builds the facts of one node; pure. */
export function nodeFacts(input: NodeFactsInput): NodeFacts {
  const { settings } = input;
  const hosts = domainHosts(settings.domain);
  return {
    stackOptions: stackOptions(settings.stack),
    domain: settings.domain,
    nodeName: input.nodeName,
    hosts,
    adminJid: `${settings.adminUser}@${settings.domain}`,
    adminUser: settings.adminUser,
    contact: settings.contact,
    certificateNames: certificateNames(settings.domain, input.services),
    acmeDirectoryUrl: settings.acmeDirectoryUrl,
    cloudflareApiUrl: settings.cloudflareApiUrl ?? null,
    dnsPropagationSeconds: settings.dnsPropagationSeconds,
    volumeDevice: `/dev/disk/by-id/scsi-0DO_Volume_${input.volumeName}`,
    volumeSizeGiB: settings.volumeSizeGiB,
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
    uploads: {
      keepDays: settings.uploadKeepDays,
      quotaMiB: settings.uploadQuotaMiB,
      maxFileMiB: settings.uploadMaxFileMiB,
    },
    retention: {
      archiveDays: settings.archiveKeepDays,
      offlineDays: settings.offlineKeepDays,
      pushDays: settings.pushKeepDays,
      pubsubDays: settings.pubsubKeepDays,
      archiveQuotaMiB: settings.archiveQuotaMiB,
    },
    tokenEnds: settings.tokenEnds,
    purpose: settings.purpose,
    secretPatterns: input.secretPatterns,
    canaryUser,
    watchUser,
    backup: { ...input.backup, keepDays: settings.backupKeepDays, hour: settings.backupHour },
    recovery: { choice: settings.recovery, time: settings.recoveryTime === "" ? null : settings.recoveryTime },
  };
}
