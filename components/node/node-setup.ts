import * as pulumi from "@pulumi/pulumi";
import { packText } from "../../host/packed-text.ts";
import type { BackupLocation } from "../model/backup-location.ts";
import { ejabberdYaml, type EjabberdSettings } from "../ejabberd/config.ts";
import { digest, fileBundle, jsonFile, staticFiles, type NodeFile } from "./files.ts";
import { hostFirewall } from "./host-firewall.ts";
import { configureMachine, type MachineLogin, type MachineStep } from "./machine-setup.ts";
import { nodeFacts, type FactSettings, type NodeAddresses } from "../model/node-facts.ts";
import { proofTriggers, provedMachine, type ProvedMachine } from "./proof.ts";
import { nodeSecretPatterns } from "../settings/secrets.ts";

/** Arguments of {@link NodeSetup}. */
export interface NodeSetupArgs extends Omit<MachineLogin, "publicIpv4"> {
  readonly facts: FactSettings;
  readonly ejabberd: EjabberdSettings;
  /** Secrets that the node receives, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** Public keys of operators, a line of OpenSSH each, which open the node beside it. */
  readonly sshKeys: readonly string[];
  /** Networks of the operators in CIDR notation, IPv4 and IPv6. */
  readonly sshNetworks: readonly string[];
  /** Connections that one address may have open; the operators' networks are exempt. */
  readonly connectionsPerAddress: number;
  readonly hostName: string;
  /** Makes the document that has the node watch itself; undefined where nobody is alarmed. */
  readonly watch: ((addresses: NodeAddresses) => object) | undefined;
  readonly addresses: pulumi.Output<NodeAddresses>;
  readonly volumeName: pulumi.Input<string>;
  /**
   * Extra triggers of the `ready` step (attachment ids, volume size). Keep their number constant: Pulumi compares triggers by
   * position.
   */
  readonly attached: readonly pulumi.Input<string | number>[];
  readonly backup: pulumi.Output<BackupLocation>;
  /** Packed files that the node was given last, as in the stack's state; undefined where there is none. */
  readonly packedBefore: unknown;
  /** Time when this program last switched the droplet on, in ISO 8601; empty: never. A new one has the node proved again. */
  readonly poweredOnAt: string;
}

/**
 * Work on a node over SSH, in four steps: learn its own host key, bring its files, bring its secrets, and have it make all of
 * that true and prove it. Data travels on standard input only. Each step can be run again at any time.
 */
export class NodeSetup extends pulumi.ComponentResource {
  /** Public SSH host key of the node, as in a known_hosts file. */
  readonly sshHostKey: pulumi.Output<string>;
  /** Resource that exists once the node has been proved ready. */
  readonly ready: pulumi.Resource;
  /**
   * Machine that the last proof was about. What publishes the node takes it from here, not from the droplet: so a run that
   * leaves the proof out, such as one with `--target`, cannot publish a machine that was not proved.
   */
  readonly proved: pulumi.Output<ProvedMachine>;

  constructor(name: string, args: NodeSetupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:NodeSetup", name, {}, opts);
    const publicIpv4 = args.addresses.apply((addresses) => addresses.publicIpv4);
    const { sshHostKey, last } = configureMachine(name, { ...args, publicIpv4 }, steps(args), this);
    this.sshHostKey = sshHostKey;
    this.ready = last;
    this.proved = last.triggers.apply(provedMachine);
    this.registerOutputs({ sshHostKey });
  }
}

/** Lists what is run on port 22, in order. Each runs again when its data changes, or the droplet does. */
function steps(args: NodeSetupArgs): readonly MachineStep[] {
  const bundle = pulumi
    .all([args.addresses, args.volumeName, args.backup])
    .apply(([addresses, volumeName, backup]) =>
      fileBundle([...staticFiles(), ...renderedFiles(args, { addresses, volumeName, backup })]),
    );
  // Standard input of imera-accept-secrets.
  const secrets = pulumi.all(args.secrets).apply((values) => JSON.stringify(values));
  // Plain, so that the other triggers are compared one by one; nobody guesses what five random texts hash to.
  const secretsDigest = pulumi.unsecret(secrets.apply(digest));
  return [
    {
      step: "configuration",
      create: "base64 -d | gunzip | /usr/local/sbin/imera-apply && /usr/local/sbin/imera-first-contact close",
      // The engine writes its state anew at each step, with every text in it.
      stdin: bundle.apply((text) => packText(text, args.packedBefore)),
      triggers: [args.dropletId],
    },
    {
      step: "secrets",
      create: "/usr/local/sbin/imera-accept-secrets",
      stdin: secrets,
      // The node keeps no first password: for another administrator it needs one again.
      triggers: [args.dropletId, args.facts.adminUser],
    },
    {
      step: "ready",
      create: "/usr/local/lib/imera/converge",
      triggers: proofTriggers(args, [bundle.apply(digest), secretsDigest, ...args.attached]),
    },
  ];
}

/** Values that only the clouds' answers tell. */
interface KnownLater {
  readonly addresses: NodeAddresses;
  readonly volumeName: string;
  readonly backup: BackupLocation;
}

/** Renders the files that depend on settings and addresses. */
function renderedFiles(args: NodeSetupArgs, { addresses, volumeName, backup }: KnownLater): readonly NodeFile[] {
  const { services } = args;
  const facts = nodeFacts({
    settings: args.facts,
    nodeName: args.hostName,
    volumeName,
    addresses,
    services,
    backup,
    secretPatterns: nodeSecretPatterns(args.facts.purpose),
  });
  const file = { mode: "0644", owner: "root:root" };
  return [
    authorizedKeys(args),
    ...(args.watch === undefined ? [] : [jsonFile(watchFile, args.watch(addresses))]),
    {
      ...file,
      path: "/etc/imera/wall.nft",
      content: hostFirewall({ services, connectionsPerAddress: args.connectionsPerAddress, spared: args.sshNetworks }),
    },
    jsonFile("/etc/imera/node.json", facts),
    {
      ...file,
      path: "/etc/imera/ejabberd.yml",
      content: ejabberdYaml({ settings: args.ejabberd, addresses, services }),
    },
  ];
}

/** Path of a watcher's configuration on its machine. */
export const watchFile = "/etc/imera/watch.json";

/** Renders the list of the keys that open a machine: those of the stack and no other. */
export function authorizedKeys(args: {
  readonly provisioningPublicKey: string;
  readonly sshKeys: readonly string[];
}): NodeFile {
  const lines = ["# Those of the stack; converge lets nobody else in.", args.provisioningPublicKey, ...args.sshKeys];
  return { path: "/etc/imera/authorized_keys", mode: "0644", owner: "root:root", content: `${lines.join("\n")}\n` };
}
