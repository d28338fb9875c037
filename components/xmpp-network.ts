import * as pulumi from "@pulumi/pulumi";
import { SshKey } from "@pulumi/digitalocean/sshKey.js";
import { Tag } from "@pulumi/digitalocean/tag.js";
import { Vpc } from "@pulumi/digitalocean/vpc.js";
import { BackupStore } from "./backup/backup-store.ts";
import type { BackupLocation } from "./model/backup-location.ts";
import type { CloudflareZone } from "./dns/cloudflare-zone.ts";
import type { S3Key, Settings } from "./settings/settings.ts";
import { NodeFirewall } from "./node/firewalls.ts";
import { services, type Service } from "./model/services.ts";
import { XmppDns } from "./dns/xmpp-dns.ts";
import { XmppNode, type SharedByNodes } from "./node/xmpp-node.ts";

/** Arguments of {@link XmppNetwork}. */
export interface XmppNetworkArgs {
  /** The stack's settings; they decide which resources there are. */
  readonly settings: Settings;
  /** The zone that the domain is in; a drill is in none. */
  readonly zone: CloudflareZone | undefined;
}

/** The whole network: its nodes, what may reach them, and the names they are found by. */
export class XmppNetwork extends pulumi.ComponentResource {
  readonly domain: string;
  readonly adminJid: string;
  readonly nodes: pulumi.Output<readonly NodeSummary[]>;
  /** Where the backups are. */
  readonly backup: pulumi.Output<BackupLocation>;
  /** What reads them. */
  readonly backupReader: S3Key;

  constructor(name: string, args: XmppNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:XmppNetwork", name, {}, opts);
    const { settings } = args;
    const offered = services({
      turnRelayPorts: { first: settings.turnRelayFirstPort, last: settings.turnRelayLastPort },
    });
    const shared = sharedByNodes(name, args, this);
    const nodes = this.#createNodes(name, settings, offered, shared);
    if (args.zone !== undefined) {
      new XmppDns(
        `${name}-dns`,
        { settings, services: offered, zoneId: args.zone.zoneId, nodes },
        // Nobody is sent to a node before it can be reached.
        { parent: this, dependsOn: nodes.map((node) => node.reachable) },
      );
    }
    this.backup = shared.backup.location;
    this.backupReader = shared.backup.readerKey;
    this.domain = settings.domain;
    this.adminJid = `${settings.adminUser}@${settings.domain}`;
    this.nodes = pulumi.all(nodes.map(summary));
    this.registerOutputs({ domain: this.domain, adminJid: this.adminJid, nodes: this.nodes });
  }

  #createNodes(name: string, settings: Settings, offered: readonly Service[], shared: SharedByNodes): XmppNode[] {
    const firewall = new NodeFirewall(
      `${name}-firewall`,
      { tag: shared.tag, services: offered, sshNetworks: settings.sshNetworks, purpose: settings.purpose },
      { parent: this },
    );
    return settings.nodes.map(
      (key) =>
        new XmppNode(`${name}-${key}`, { key, settings, services: offered, ...shared, firewall }, { parent: this }),
    );
  }
}

/** What is known of a node from outside. */
export interface NodeSummary {
  /** Full host name. */
  readonly name: string;
  readonly publicIpv4: string;
  readonly publicIpv6: string;
  readonly privateIpv4: string;
  /** What the DNS names. */
  readonly serviceIpv4: string;
  /** The node's public SSH host key, as in a known_hosts file. */
  readonly sshHostKey: string;
  /** DigitalOcean's. */
  readonly dropletId: string;
  readonly volumeName: string;
}

/** DigitalOcean's names are unique in an account, so the stack's is part of them. */
function sharedByNodes(name: string, { settings, zone }: XmppNetworkArgs, parent: pulumi.Resource): SharedByNodes {
  const label = `imera-${pulumi.getStack()}`;
  const tag = new Tag(`${name}-tag`, { name: label }, { parent });
  const vpc = new Vpc(
    `${name}-vpc`,
    // Another region means another VPC, made before the old one goes: the two need different names.
    { name: `${label}-${settings.region}`, region: settings.region },
    { parent },
  );
  const sshKey = new SshKey(
    `${name}-provisioning-key`,
    { name: `${label}-provisioning`, publicKey: settings.provisioningPublicKey },
    { parent },
  );
  const backup = new BackupStore(`${name}-backup`, { settings }, { parent });
  return {
    zone,
    backup,
    tag: tag.name,
    vpcId: vpc.id,
    sshKeyId: sshKey.id,
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
