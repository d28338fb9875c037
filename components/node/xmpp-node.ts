import * as pulumi from "@pulumi/pulumi";
import { Droplet } from "@pulumi/digitalocean/droplet.js";
import { ReservedIp } from "@pulumi/digitalocean/reservedIp.js";
import { ReservedIpAssignment } from "@pulumi/digitalocean/reservedIpAssignment.js";
import { Volume } from "@pulumi/digitalocean/volume.js";
import { VolumeAttachment } from "@pulumi/digitalocean/volumeAttachment.js";
import type { BackupStore } from "../backup/backup-store.ts";
import { Certificate } from "./certificate.ts";
import type { CloudflareZone } from "../dns/cloudflare-zone.ts";
import { userData } from "./cloud-init.ts";
import type { Settings } from "../settings/settings.ts";
import { firstBootFiles, staticFiles } from "./files.ts";
import type { NodeAddresses } from "../model/node-facts.ts";
import { PublicFirewall } from "./firewalls.ts";
import { NodeSetup } from "./node-setup.ts";
import { serviceNamed, type Service } from "../model/services.ts";

/** What all nodes of a network have in common. */
export interface SharedByNodes {
  /** Where the network is published; a drill is not. */
  readonly zone: CloudflareZone | undefined;
  readonly backup: BackupStore;
  /** Makes the firewall cover the droplet. */
  readonly tag: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** DigitalOcean's id of the key that the program logs in with. */
  readonly sshKeyId: pulumi.Input<string>;
}

/** Arguments of {@link XmppNode}. */
export interface XmppNodeArgs extends SharedByNodes {
  /** First label of the host name. It names the node for good. */
  readonly key: string;
  readonly settings: Settings;
  readonly services: readonly Service[];
  /** There is no droplet before it. */
  readonly firewall: pulumi.Resource;
}

/** One host: droplet, data volume, address, and all that is done on it until it is proved ready. */
export class XmppNode extends pulumi.ComponentResource {
  readonly key: string;
  readonly hostName: string;
  readonly addresses: pulumi.Output<NodeAddresses>;
  /** The node's public SSH host key. */
  readonly sshHostKey: pulumi.Output<string>;
  /** Exists once everyone may reach the node, which has been proved ready; in a drill, once it has been proved ready. */
  readonly reachable: pulumi.Resource;
  /** DigitalOcean's. */
  readonly dropletId: pulumi.Output<string>;
  /** Name of the data volume, as the engine drew it. */
  readonly volumeName: pulumi.Output<string>;

  constructor(name: string, args: XmppNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:XmppNode", name, {}, opts);
    this.key = args.key;
    this.hostName = `${args.key}.${args.settings.domain}`;
    const volume = createVolume(name, args.settings, this);
    const droplet = createDroplet(name, args, this);
    const attachment = attach(name, volume, droplet, this);
    const { reservedIp, region } = args.settings;
    const reserved = reservedIp ? assignReservedIp(name, region, { droplet, attachment }, this) : undefined;
    this.addresses = pulumi.output({
      publicIpv4: droplet.ipv4Address,
      publicIpv6: droplet.ipv6Address,
      privateIpv4: droplet.ipv4AddressPrivate,
      serviceIpv4: reserved?.ipAddress ?? droplet.ipv4Address,
    });
    this.dropletId = droplet.id;
    this.volumeName = volume.name;
    const attached = [attachment.id, volume.size, reserved?.id ?? ""];
    const setup = new NodeSetup(`${name}-setup`, { ...setupArgs(name, args, this), attached }, { parent: this });
    this.sshHostKey = setup.sshHostKey;
    this.reachable = args.settings.purpose === "drill" ? setup.ready : openPorts(name, args, setup.ready, this);
    this.registerOutputs({ hostName: this.hostName, addresses: this.addresses, sshHostKey: this.sshHostKey });
  }
}

function setupArgs(name: string, args: XmppNodeArgs, node: XmppNode) {
  const { settings, services, backup, zone } = args;
  const { hostName, addresses, dropletId, volumeName } = node;
  const cloudflareToken = zone && createCertificate(name, zone, node).token;
  return { settings, services, backup, hostName, addresses, dropletId, volumeName, cloudflareToken };
}

function createCertificate(name: string, zone: CloudflareZone, parent: XmppNode): Certificate {
  const { publicIpv4, publicIpv6 } = parent.addresses;
  return new Certificate(`${name}-certificate`, { holder: parent.hostName, zone, publicIpv4, publicIpv6 }, { parent });
}

function openPorts(name: string, args: XmppNodeArgs, ready: pulumi.Resource, parent: XmppNode): PublicFirewall {
  return new PublicFirewall(
    `${name}-public-firewall`,
    { key: args.key, dropletId: parent.dropletId.apply(Number), services: args.services },
    { parent, dependsOn: ready },
  );
}

/**
 * Every change but growth would replace it, data and all: its name is drawn once by the engine, and nothing in it derives
 * from a setting but the region.
 */
function createVolume(name: string, settings: Settings, parent: pulumi.Resource): Volume {
  return new Volume(
    `${name}-data`,
    { region: settings.region, size: settings.volumeSizeGiB },
    { parent, protect: settings.protectData },
  );
}

function createDroplet(name: string, args: XmppNodeArgs, parent: XmppNode): Droplet {
  const { settings } = args;
  return new Droplet(
    `${name}-droplet`,
    {
      // DigitalOcean makes the address's PTR record of it, which other servers look at.
      name: parent.hostName,
      region: settings.region,
      size: settings.size,
      image: settings.image,
      ipv6: true,
      // Growing the disk could not be undone; data is on the volume.
      resizeDisk: false,
      // It would add SSH keys of its own.
      dropletAgent: false,
      vpcUuid: args.vpcId,
      tags: [args.tag],
      sshKeys: [args.sshKeyId],
      userData: settings.secrets.firstContactPrivateKey.apply((firstContactPrivateKey) =>
        userData({
          firstContactPrivateKey,
          firstContactPort: serviceNamed(args.services, "first-contact").ports,
          files: firstBootFiles(staticFiles()),
        }),
      ),
    },
    // A change of any of these replaces the droplet. What runs on it changes over SSH instead.
    { parent, dependsOn: args.firewall, ignoreChanges: ["userData", "sshKeys", "image"] },
  );
}

function attach(name: string, volume: Volume, droplet: Droplet, parent: pulumi.Resource): VolumeAttachment {
  return new VolumeAttachment(
    `${name}-attachment`,
    { volumeId: volume.id, dropletId: droplet.id.apply(Number) },
    // A volume is attached to one droplet at a time.
    { parent, deleteBeforeReplace: true },
  );
}

/** A droplet, and the attachment of its volume. */
interface Attached {
  readonly droplet: Droplet;
  readonly attachment: VolumeAttachment;
}

function assignReservedIp(name: string, region: string, { droplet, attachment }: Attached, parent: pulumi.Resource) {
  const address = new ReservedIp(`${name}-address`, { region }, { parent });
  const assignment = new ReservedIpAssignment(
    `${name}-address-assignment`,
    { ipAddress: address.ipAddress, dropletId: droplet.id.apply(Number) },
    // DigitalOcean does one thing at a time to a droplet and refuses a second; the plugin tries an attachment again, but not
    // an assignment.
    { parent, dependsOn: attachment, deleteBeforeReplace: true },
  );
  return { ipAddress: assignment.ipAddress, id: assignment.id };
}
