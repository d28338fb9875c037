import * as pulumi from "@pulumi/pulumi";
import { Command, type CommandArgs } from "@pulumi/command/remote/command.js";
import type { BackupLocation } from "../model/backup-location.ts";
import { ejabberdYaml, type EjabberdSettings } from "../ejabberd/config.ts";
import { digest, fileBundle, staticFiles, type NodeFile } from "./files.ts";
import { hostFirewall } from "./host-firewall.ts";
import { isOtherKey, type KeptLogin } from "./kept-login.ts";
import { nodeFacts, type FactSettings, type NodeAddresses } from "../model/node-facts.ts";
import { proofTriggers, provedMachine, type ProvedMachine } from "./proof.ts";
import { nodeSecretPatterns } from "../settings/secrets.ts";
import { serviceNamed, type Service, type ServiceName } from "../model/services.ts";

/** Arguments of {@link NodeSetup}. */
export interface NodeSetupArgs {
  readonly facts: FactSettings;
  readonly ejabberd: EjabberdSettings;
  /** Secrets that the node receives, by name. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** OpenSSH private key that opens the node. Secret. */
  readonly provisioningPrivateKey: pulumi.Output<string>;
  /** Its public half, a line of OpenSSH. */
  readonly provisioningPublicKey: string;
  /** Public keys of operators, a line of OpenSSH each, which open the node beside it. */
  readonly sshKeys: readonly string[];
  /** Login on the node where it is there and stays. */
  readonly kept: KeptLogin | undefined;
  /** Host key that the node has until it has been configured. */
  readonly firstContactPublicKey: string;
  readonly services: readonly Service[];
  /** Networks of the operators in CIDR notation, IPv4 and IPv6. */
  readonly sshNetworks: readonly string[];
  /** Connections that one address may have open; the operators' networks are exempt. */
  readonly connectionsPerAddress: number;
  readonly hostName: string;
  /** DigitalOcean's id. Another id is another machine: everything is done again. */
  readonly dropletId: pulumi.Input<string>;
  readonly addresses: pulumi.Output<NodeAddresses>;
  readonly volumeName: pulumi.Input<string>;
  /**
   * Extra triggers of the `ready` step (attachment ids, volume size). Keep their number constant: Pulumi compares triggers by
   * position.
   */
  readonly attached: readonly pulumi.Input<string | number>[];
  readonly backup: pulumi.Output<BackupLocation>;
  /** Time when this program last switched the droplet on, in ISO 8601; empty: never. A new one has the node proved again. */
  readonly poweredOnAt: string;
}

/**
 * Work on a droplet over SSH, in four steps: learn its own host key, bring its files, bring its secrets, and have it make all of
 * that true and prove it. Where the stack's key is another one than last time, the former lets it in first. Data travels on
 * standard input only. Each step can be run again at any time; none does anything on
 * destroy, so that a dead droplet cannot hold one up.
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
    const met = meet(name, args, this);
    const { sshHostKey } = met;
    const ready = configure(name, args, { ...met, last: admit(name, args, met, this) ?? met.last }, this);
    this.sshHostKey = sshHostKey;
    this.ready = ready;
    this.proved = ready.triggers.apply(provedMachine);
    this.registerOutputs({ sshHostKey });
  }
}

/** Host key that a node gave, and the last command on it so far. */
interface Met {
  readonly last: Command;
  readonly sshHostKey: pulumi.Output<string>;
}

function meet(name: string, args: NodeSetupArgs, parent: pulumi.Resource): Met {
  const firstContact = new Command(
    `${name}-first-contact`,
    {
      connection: connection(args, "first-contact", args.firstContactPublicKey),
      // Never change this command or its triggers: Pulumi would run it again on nodes whose first-contact service has ended.
      create: "/usr/local/sbin/imera-first-contact",
      triggers: [args.dropletId],
    },
    // A change of the key would run it again, too. Another droplet is another trigger.
    { parent, ignoreChanges: args.kept === undefined ? [] : ["connection"] },
  );
  return { last: firstContact, sshHostKey: firstContact.stdout.apply((line) => line.trim()) };
}

/**
 * Has the key that the node took last let in the stack's, where that is another one; converge takes the former away. Once it has
 * been run, the command stays in the state, where nothing but another key runs it again.
 */
function admit(name: string, args: NodeSetupArgs, met: Met, parent: pulumi.Resource): Command | undefined {
  const { kept, provisioningPublicKey } = args;
  const isNeeded = kept !== undefined && isOtherKey(kept, provisioningPublicKey);
  if (kept === undefined || (!isNeeded && !kept.hasAdmission)) return undefined;
  const former = { ...args, provisioningPrivateKey: pulumi.secret(kept.privateKey) };
  return new Command(
    `${name}-admission`,
    {
      connection: connection(former, "ssh", met.sshHostKey),
      create:
        "umask 077 && mkdir -p /root/.ssh && cd /root/.ssh && read -r key && " +
        `{ grep -qsxF "$key" authorized_keys || printf '\\n%s\\n' "$key" >>authorized_keys; }`,
      stdin: `${provisioningPublicKey}\n`,
    },
    { parent, dependsOn: met.last, ignoreChanges: isNeeded ? [] : ["connection", "create", "stdin"] },
  );
}

/** Runs the steps one after the other; gives the last. */
function configure(name: string, args: NodeSetupArgs, met: Met, parent: pulumi.Resource): Command {
  let { last } = met;
  for (const { step, ...command } of steps(args)) {
    last = new Command(
      `${name}-${step}`,
      { ...command, connection: connection(args, "ssh", met.sshHostKey) },
      { parent, dependsOn: last },
    );
  }
  return last;
}

type Step = { readonly step: string } & Pick<CommandArgs, "create" | "stdin" | "triggers">;

/** Lists what is run on port 22, in order. Each runs again when its data changes, or the droplet does. */
function steps(args: NodeSetupArgs): readonly Step[] {
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
      create: "/usr/local/sbin/imera-apply && /usr/local/sbin/imera-first-contact close",
      stdin: bundle,
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

function connection(
  args: NodeSetupArgs,
  service: ServiceName,
  hostKey: pulumi.Input<string>,
): CommandArgs["connection"] {
  return {
    host: args.addresses.publicIpv4,
    port: serviceNamed(args.services, service).ports.first,
    user: "root",
    privateKey: args.provisioningPrivateKey,
    hostKey,
    // Two tries are at most 5 s apart, so a first boot has more than two minutes, and who is not in sshNetworks, where
    // each try takes its full time, is told after six.
    dialErrorLimit: 40,
    perDialTimeout: 5,
  };
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
  const keys = [
    "# Those of the stack; steps/20-system lets nobody else in.",
    args.provisioningPublicKey,
    ...args.sshKeys,
  ];
  return [
    { ...file, path: "/etc/imera/authorized_keys", content: `${keys.join("\n")}\n` },
    {
      ...file,
      path: "/etc/imera/wall.nft",
      content: hostFirewall({ services, connectionsPerAddress: args.connectionsPerAddress, spared: args.sshNetworks }),
    },
    { ...file, path: "/etc/imera/node.json", content: `${JSON.stringify(facts, undefined, 2)}\n` },
    {
      ...file,
      path: "/etc/imera/ejabberd.yml",
      content: ejabberdYaml({ settings: args.ejabberd, addresses, services }),
    },
  ];
}
