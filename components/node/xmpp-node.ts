import * as pulumi from "@pulumi/pulumi";
import { Droplet } from "@pulumi/digitalocean/droplet.js";
import { ReservedIp } from "@pulumi/digitalocean/reservedIp.js";
import { ReservedIpAssignment } from "@pulumi/digitalocean/reservedIpAssignment.js";
import { Volume } from "@pulumi/digitalocean/volume.js";
import { VolumeAttachment } from "@pulumi/digitalocean/volumeAttachment.js";
import type { BackupStore } from "../backup/backup-store.ts";
import { certificateToken } from "./certificate.ts";
import type { CloudflareZone } from "../dns/cloudflare-zone.ts";
import { userData } from "./cloud-init.ts";
import type { Settings } from "../settings/settings.ts";
import { firstBootFiles, staticFiles } from "./files.ts";
import { canonicalIpv6 } from "../model/ipv6.ts";
import type { NodeAddresses } from "../model/node-facts.ts";
import { publicFirewall } from "./firewalls.ts";
import { ejabberdSettings, factSettings, nodeSecrets } from "./node-settings.ts";
import { keptLogin, movesAway, type NodePlace } from "./kept-login.ts";
import { NodeSetup } from "./node-setup.ts";
import { poweredOnAt } from "./proof.ts";
import { serviceNamed, type Service } from "../model/services.ts";
import { watchItself } from "../watch/watch-itself.ts";
import { watchSecrets } from "../watch/watch-secrets.ts";
import type { Survey } from "../vendors/survey.ts";

/** Resources that all nodes of a network have in common. */
export interface SharedByNodes {
  /** Zone that the network is published in; undefined in a drill. */
  readonly zone: CloudflareZone | undefined;
  readonly backup: BackupStore;
  /** Tag by which the firewall covers the droplet. */
  readonly tag: pulumi.Input<string>;
  readonly vpcId: pulumi.Input<string>;
  /** DigitalOcean's id of the key that the program logs in with. */
  readonly sshKeyId: pulumi.Input<string>;
  /** Firewall that must be there before the droplet. */
  readonly firewall: pulumi.Resource;
  readonly survey: Survey;
}

/** Arguments of {@link XmppNode}. */
export interface XmppNodeArgs extends SharedByNodes {
  /** First label of the host name. It names the node for good. */
  readonly key: string;
  readonly settings: Settings;
  readonly services: readonly Service[];
}

/** One host: droplet, data volume, address, and all that is done on it until it is proved ready. */
export class XmppNode extends pulumi.ComponentResource {
  readonly key: string;
  /** Full name. */
  readonly hostName: string;
  readonly addresses: pulumi.Output<NodeAddresses>;
  /** Addresses of the machine that was last proved ready. Names lead to these, whatever machine there is meanwhile. */
  readonly provedAddresses: pulumi.Output<NodeAddresses>;
  /** Public SSH host key of the node, as in a known_hosts file. */
  readonly sshHostKey: pulumi.Output<string>;
  /** Resource that exists once everyone may reach the node, which has been proved ready; in a drill, once proved ready. */
  readonly reachable: pulumi.Resource;
  /** DigitalOcean's id of the droplet. */
  readonly dropletId: pulumi.Output<string>;
  /** Name of the data volume, as the engine drew it. */
  readonly volumeName: pulumi.Output<string>;

  constructor(name: string, args: XmppNodeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:XmppNode", name, {}, opts);
    const hostName = `${args.key}.${args.settings.domain}`;
    const machine = createMachine(name, args, hostName, this);
    const { ready, proved, sshHostKey } = setUp(name, args, { ...machine, hostName }, this);
    const reachable = args.settings.purpose === "drill" ? ready : openPorts(name, args, { ready, proved }, this);
    this.key = args.key;
    this.hostName = hostName;
    this.addresses = machine.addresses;
    this.provedAddresses = proved.apply(({ addresses }) => addresses);
    this.sshHostKey = sshHostKey;
    this.reachable = reachable;
    this.dropletId = machine.dropletId;
    this.volumeName = machine.volumeName;
    this.registerOutputs({ hostName, addresses: machine.addresses, sshHostKey });
  }
}

/** Droplet with its volume and addresses. */
interface Machine {
  readonly dropletId: pulumi.Output<string>;
  readonly volumeName: pulumi.Output<string>;
  readonly addresses: pulumi.Output<NodeAddresses>;
  /** Ids and sizes by which a change of what is attached is noticed; always as many. */
  readonly attached: readonly pulumi.Input<string | number>[];
}

function createMachine(name: string, args: XmppNodeArgs, hostName: string, parent: pulumi.Resource): Machine {
  const { settings } = args;
  const volume = createVolume(name, settings, parent);
  const droplet = createDroplet(name, args, hostName, parent);
  const attachment = attach(name, volume, droplet, parent);
  const reserved = settings.reservedIp
    ? assignReservedIp(name, settings.region, { droplet, attachment }, parent)
    : undefined;
  const addresses = pulumi.output({
    publicIpv4: droplet.ipv4Address,
    publicIpv6: droplet.ipv6Address.apply(canonicalIpv6),
    privateIpv4: droplet.ipv4AddressPrivate,
    serviceIpv4: reserved?.ipAddress ?? droplet.ipv4Address,
  });
  const attached = [attachment.id, volume.size, reserved?.id ?? ""];
  return { dropletId: droplet.id, volumeName: volume.name, addresses, attached };
}

function setUp(
  name: string,
  { key, settings, services, backup, zone, survey }: XmppNodeArgs,
  machine: Machine & { readonly hostName: string },
  parent: pulumi.Resource,
): NodeSetup {
  const token = zone && certificateToken(`${name}-certificate`, { ...machine, zone }, parent);
  const setupArgs = {
    ...machine,
    services,
    backup: backup.location,
    facts: factSettings(settings),
    ejabberd: ejabberdSettings(settings),
    secrets: nodeSecrets(settings, {
      backupAccessKey: backup.nodeKey.accessKey,
      backupSecretKey: backup.nodeKey.secretKey,
      cloudflareToken: token?.value,
      watchSecrets: watchSecrets(settings, key),
    }),
    watch: watchItself({ key, hostName: machine.hostName, settings, services }),
    provisioningPrivateKey: settings.secrets.provisioningPrivateKey,
    provisioningPublicKey: settings.provisioningPublicKey,
    sshKeys: settings.sshKeys,
    sshNetworks: settings.sshNetworks,
    connectionsPerAddress: settings.connectionsPerAddress,
    kept: keptLogin({ node: name, region: settings.region }, survey.known),
    packedBefore: survey.known.find((each) => each.name === `${name}-setup-configuration`)?.outputs["stdin"],
    firstContactPublicKey: settings.firstContactPublicKey,
    poweredOnAt: poweredOnAt(`${name}-setup`, key, survey),
  };
  return new NodeSetup(`${name}-setup`, setupArgs, { parent });
}

function openPorts(
  name: string,
  { key, services }: XmppNodeArgs,
  { ready, proved }: Pick<NodeSetup, "ready" | "proved">,
  parent: pulumi.Resource,
): pulumi.Resource {
  const dropletId = proved.apply((machine) => machine.dropletId);
  return publicFirewall(`${name}-public-firewall`, { key, services, dropletId, ready }, parent);
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

function createDroplet(name: string, args: XmppNodeArgs, hostName: string, parent: pulumi.Resource): Droplet {
  const { settings } = args;
  return new Droplet(
    `${name}-droplet`,
    {
      // DigitalOcean makes the address's PTR record of it, which other servers look at.
      name: hostName,
      region: settings.region,
      size: settings.size,
      image: settings.image,
      ipv6: true,
      // Growing the disk could not be undone; data is on the volume.
      resizeDisk: false,
      // It would add SSH keys of its own.
      dropletAgent: false,
      // DigitalOcean's agent for metrics, which its alerts need.
      monitoring: settings.vendorAlerts !== "",
      vpcUuid: args.vpcId,
      tags: [args.tag],
      sshKeys: [args.sshKeyId],
      userData: settings.secrets.firstContactPrivateKey.apply((firstContactPrivateKey) =>
        userData({
          firstContactPrivateKey,
          firstContactPort: serviceNamed(args.services, "first-contact").ports,
          files: firstBootFiles(staticFiles()),
          installsServer: true,
        }),
      ),
    },
    { parent, dependsOn: args.firewall, ignoreChanges: unchangedInPlace({ node: name, ...settings }, args.survey) },
  );
}

/**
 * Lists the inputs of a droplet that a change of would replace it for nothing: what runs on it changes over SSH instead. A
 * droplet that is replaced all the same, in another region, gets them as they are now: its key, for one, may be gone meanwhile.
 */
function unchangedInPlace(place: NodePlace, { known }: Survey): string[] {
  return movesAway(place, known) ? [] : ["userData", "sshKeys", "image", "monitoring"];
}

function attach(name: string, volume: Volume, droplet: Droplet, parent: pulumi.Resource): VolumeAttachment {
  return new VolumeAttachment(
    `${name}-attachment`,
    { volumeId: volume.id, dropletId: droplet.id.apply(Number) },
    // A volume is attached to one droplet at a time.
    { parent, deleteBeforeReplace: true },
  );
}

/** Droplet, and the attachment of its volume. */
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
