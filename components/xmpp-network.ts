import * as pulumi from "@pulumi/pulumi";
import { SshKey } from "@pulumi/digitalocean/sshKey.js";
import { Tag } from "@pulumi/digitalocean/tag.js";
import { Vpc } from "@pulumi/digitalocean/vpc.js";
import { BackupStore, type BackupStoreArgs } from "./backup/backup-store.ts";
import type { BackupLocation } from "./model/backup-location.ts";
import type { CloudflareZone } from "./dns/cloudflare-zone.ts";
import type { S3Key, Settings } from "./settings/settings.ts";
import { vendorNames } from "./model/vendor-names.ts";
import { nodeFirewall } from "./node/firewalls.ts";
import { configuredServices, type Service } from "./model/services.ts";
import { XmppDns, type XmppDnsArgs } from "./dns/xmpp-dns.ts";
import type { Survey } from "./vendors/survey.ts";
import { watcherKey } from "./settings/watch-rules.ts";
import { VendorAlerts, type VendorAlertsArgs } from "./watch/vendor-alerts.ts";
import { watchElsewhere, type WatchFiles } from "./watch/watch-elsewhere.ts";
import { Watcher, type WatcherArgs, type WatcherSummary } from "./watch/watcher.ts";
import { XmppNode, type SharedByNodes } from "./node/xmpp-node.ts";

/** Arguments of {@link XmppNetwork}. */
export interface XmppNetworkArgs {
  /** Settings of the stack; they decide which resources there are. */
  readonly settings: Settings;
  /** Zone that the domain is in; undefined in a drill. */
  readonly zone: CloudflareZone | undefined;
  readonly survey: Survey;
}

/** The whole network: its nodes, what may reach them, and the names they are found by. */
export class XmppNetwork extends pulumi.ComponentResource {
  readonly domain: string;
  readonly adminJid: string;
  readonly nodes: pulumi.Output<readonly NodeSummary[]>;
  /** Droplet that watches; undefined where there is none. */
  readonly watcher: pulumi.Output<WatcherSummary> | undefined;
  /** Files of a watcher on a machine that is not the network's; undefined in a drill. Secret. */
  readonly watchElsewhere: pulumi.Output<WatchFiles> | undefined;
  /** Bucket that the backups are in. */
  readonly backup: pulumi.Output<BackupLocation>;
  /** Read-only S3 key to the backups' bucket; used by drills. Secret. */
  readonly backupReader: S3Key;

  constructor(name: string, args: XmppNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:XmppNetwork", name, {}, opts);
    const { settings, zone } = args;
    const offered = configuredServices(settings);
    const shared = sharedByNodes(name, args, offered, this);
    const nodes = settings.nodes.map(
      (key) => new XmppNode(`${name}-${key}`, { key, settings, services: offered, ...shared }, { parent: this }),
    );
    const dns = zone && publish(name, settings, { services: offered, nodes, zoneId: zone.zoneId }, this);
    const published = [...nodes.map(({ reachable }) => reachable), ...(dns === undefined ? [] : [dns])];
    this.watcher = watch(name, args, { services: offered, nodes, sshKeyId: shared.sshKeyId, published }, this);
    askVendor(name, settings, { tag: shared.tag, watcher: this.watcher, published }, this);
    this.watchElsewhere = settings.purpose === "drill" ? undefined : watchElsewhere(settings, offered, nodes);
    this.backup = shared.backup.location;
    this.backupReader = shared.backup.readerKey;
    this.domain = settings.domain;
    this.adminJid = `${settings.adminUser}@${settings.domain}`;
    this.nodes = pulumi.all(nodes.map(summary));
    this.registerOutputs({ domain: this.domain, adminJid: this.adminJid, nodes: this.nodes, watcher: this.watcher });
  }
}

function publish(
  name: string,
  settings: Settings,
  where: Pick<XmppDnsArgs, "services" | "nodes" | "zoneId">,
  parent: pulumi.Resource,
): XmppDns {
  const dnsArgs = {
    domain: settings.domain,
    serveDomainApex: settings.serveDomainApex,
    reservedIp: settings.reservedIp,
    caaIssuer: settings.caaIssuer,
    acmeAccountUri: settings.acmeAccountUri,
    ttlSeconds: settings.ttlSeconds,
    ...where,
  };
  return new XmppDns(`${name}-dns`, dnsArgs, { parent });
}

function watch(
  name: string,
  { settings, survey }: XmppNetworkArgs,
  seen: Pick<WatcherArgs, "nodes" | "services" | "sshKeyId" | "published">,
  parent: pulumi.Resource,
): pulumi.Output<WatcherSummary> | undefined {
  const { watcher: place, purpose } = settings;
  if (place === "" || purpose === "drill") return undefined;
  const args = { settings, place, survey, ...seen };
  return new Watcher(`${name}-${watcherKey}`, args, { parent }).summary;
}

function askVendor(
  name: string,
  { domain, vendorAlerts: told, purpose }: Settings,
  { watcher, ...shared }: Pick<VendorAlertsArgs, "tag" | "published"> & Pick<XmppNetwork, "watcher">,
  parent: pulumi.Resource,
): void {
  if (told === "" || purpose === "drill") return;
  const watcherIpv4 = watcher?.apply(({ publicIpv4 }) => publicIpv4);
  new VendorAlerts(`${name}-alerts`, { domain, told, watcherIpv4, ...shared }, { parent });
}

/** Node as it is known from outside. */
export interface NodeSummary {
  /** Full host name. */
  readonly name: string;
  readonly publicIpv4: string;
  readonly publicIpv6: string;
  readonly privateIpv4: string;
  /** Address in the DNS. */
  readonly serviceIpv4: string;
  /** Public SSH host key of the node, as in a known_hosts file. */
  readonly sshHostKey: string;
  /** DigitalOcean's id of the droplet. */
  readonly dropletId: string;
  readonly volumeName: string;
}

function sharedByNodes(
  name: string,
  { settings, zone, survey }: XmppNetworkArgs,
  offered: readonly Service[],
  parent: pulumi.Resource,
): SharedByNodes {
  const names = vendorNames(pulumi.getStack());
  const { region, sshNetworks, purpose } = settings;
  const tag = new Tag(`${name}-tag`, { name: names.tag }, { parent }).name;
  const firewall = nodeFirewall(`${name}-firewall`, { tag, services: offered, sshNetworks, purpose }, parent);
  // The engine draws its name: one that DigitalOcean would not delete keeps its own, so the next one needs another.
  const vpc = new Vpc(
    `${name}-vpc`,
    { region, description: names.tag },
    { parent, retainOnDelete: survey.vpcIsDefault },
  );
  const sshKey = new SshKey(
    `${name}-provisioning-key`,
    { name: names.sshKey, publicKey: settings.provisioningPublicKey },
    // Were it deleted first, as the plugin would have it, the engine would replace all droplets that were made with it.
    { parent, deleteBeforeReplace: false },
  );
  const backup = new BackupStore(`${name}-backup`, backupSettings(settings), { parent });
  return { zone, backup, tag, firewall, vpcId: vpc.id, sshKeyId: sshKey.id, survey };
}

function backupSettings(settings: Settings): BackupStoreArgs {
  return {
    region: settings.region,
    backupRegion: settings.backupRegion,
    backupBucket: settings.backupBucket,
    backupEndpoint: settings.backupEndpoint,
    backupKeepDays: settings.backupKeepDays,
    protectData: settings.protectData,
    bucketKey: settings.bucketKey,
    spacesEndpoint: settings.spacesEndpoint,
  };
}

function summary(node: XmppNode): pulumi.Output<NodeSummary> {
  return pulumi
    .all([node.addresses, node.sshHostKey, node.dropletId, node.volumeName])
    .apply(([addresses, sshHostKey, dropletId, volumeName]) => ({
      name: node.hostName,
      ...addresses,
      sshHostKey,
      dropletId,
      volumeName,
    }));
}
