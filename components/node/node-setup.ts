import * as pulumi from "@pulumi/pulumi";
import { Command, type CommandArgs } from "@pulumi/command/remote/command.js";
import type { BackupStore } from "../backup/backup-store.ts";
import type { BackupLocation } from "../model/backup-location.ts";
import { nodeSecretNames, nodeSecretPatterns, type NodeSecretName } from "../settings/secrets.ts";
import type { Settings } from "../settings/settings.ts";
import { ejabberdYaml } from "../ejabberd/config.ts";
import { digest, fileBundle, staticFiles, type NodeFile } from "./files.ts";
import { nodeFacts, type NodeAddresses } from "../model/node-facts.ts";
import { serviceNamed, type Service, type ServiceName } from "../model/services.ts";

/** Arguments of {@link NodeSetup}. */
export interface NodeSetupArgs {
  readonly settings: Settings;
  readonly services: readonly Service[];
  readonly hostName: string;
  /** Another id is another machine: everything is done again. */
  readonly dropletId: pulumi.Input<string>;
  readonly addresses: pulumi.Output<NodeAddresses>;
  readonly volumeName: pulumi.Input<string>;
  /** What the node must be made to notice when it changes: attachments, sizes. As many each time. */
  readonly attached: readonly pulumi.Input<string | number>[];
  readonly backup: BackupStore;
  /** Secret. A drill has none. */
  readonly cloudflareToken: pulumi.Input<string> | undefined;
}

/**
 * What is done on a droplet over SSH, in four steps: learn its own host key, bring its files, bring its secrets, and have it
 * make all of that true and prove it. Data travels on standard input only. Each step can be run again at any time; none does
 * anything on destroy, so that a dead droplet cannot hold one up.
 */
export class NodeSetup extends pulumi.ComponentResource {
  readonly sshHostKey: pulumi.Output<string>;
  readonly ready: pulumi.Resource;

  constructor(name: string, args: NodeSetupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:NodeSetup", name, {}, opts);
    const firstContact = new Command(
      `${name}-first-contact`,
      {
        connection: connection(args, "first-contact", args.settings.firstContactPublicKey),
        // A change of anything in here would call on a service that has ended.
        create: "/usr/local/sbin/imera-first-contact",
        triggers: [args.dropletId],
      },
      { parent: this },
    );
    this.sshHostKey = firstContact.stdout.apply((line) => line.trim());
    let last: pulumi.Resource = firstContact;
    for (const { step, ...command } of steps(args)) {
      last = new Command(
        `${name}-${step}`,
        { ...command, connection: connection(args, "ssh", this.sshHostKey) },
        { parent: this, dependsOn: last },
      );
    }
    this.ready = last;
    this.registerOutputs({ sshHostKey: this.sshHostKey });
  }
}

type Step = { readonly step: string } & Pick<CommandArgs, "create" | "stdin" | "triggers">;

/** What is run on port 22, one after the other. Each runs again when its data changes, or the droplet does. */
function steps(args: NodeSetupArgs): readonly Step[] {
  const bundle = pulumi
    .all([args.addresses, args.volumeName, args.backup.location])
    .apply(([addresses, volumeName, backup]) =>
      fileBundle([...staticFiles(), ...renderedFiles(args, { addresses, volumeName, backup })]),
    );
  const secrets = secretsDocument(args);
  // Plain, so that the other triggers are compared one by one; nobody guesses what five random texts hash to.
  const secretsDigest = pulumi.unsecret(secrets.apply(digest));
  return [
    {
      step: "configuration",
      create: "/usr/local/sbin/imera-apply && /usr/local/sbin/imera-first-contact close",
      stdin: bundle,
      triggers: [args.dropletId],
    },
    { step: "secrets", create: "/usr/local/sbin/imera-accept-secrets", stdin: secrets, triggers: [args.dropletId] },
    {
      step: "ready",
      create: "/usr/local/lib/imera/converge",
      triggers: [args.dropletId, bundle.apply(digest), secretsDigest, ...args.attached],
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
    privateKey: args.settings.secrets.provisioningPrivateKey,
    hostKey,
    // Two tries are at most 5 s apart, so a first boot has more than two minutes, and who is not in sshNetworks, where
    // each try takes its full time, is told after six.
    dialErrorLimit: 40,
    perDialTimeout: 5,
  };
}

/** What only the clouds' answers tell. */
interface KnownLater {
  readonly addresses: NodeAddresses;
  readonly volumeName: string;
  readonly backup: BackupLocation;
}

/** The files that depend on settings and addresses. */
function renderedFiles(args: NodeSetupArgs, known: KnownLater): readonly NodeFile[] {
  const secretPatterns = nodeSecretPatterns(args.settings.purpose);
  const input = { ...args.settings, nodeName: args.hostName, services: args.services, secretPatterns, ...known };
  const file = { mode: "0644", owner: "root:root" };
  return [
    { ...file, path: "/etc/imera/node.json", content: `${JSON.stringify(nodeFacts(input), undefined, 2)}\n` },
    { ...file, path: "/etc/imera/ejabberd.yml", content: ejabberdYaml(input) },
  ];
}

/** Standard input of `imera-accept-secrets`: an object in JSON with a value for each secret that this node receives. */
function secretsDocument(args: NodeSetupArgs): pulumi.Output<string> {
  const { accessKey, secretKey } = args.backup.nodeKey;
  const values: Readonly<Record<NodeSecretName, pulumi.Input<string> | undefined>> = {
    ...args.settings.secrets,
    backupAccessKey: accessKey,
    backupSecretKey: secretKey,
    cloudflareToken: args.cloudflareToken,
  };
  const entries = nodeSecretNames(args.settings.purpose).map((name) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${name}: the node needs it, and there is none`);
    return [name, value] as const;
  });
  return pulumi.all(Object.fromEntries(entries)).apply((document) => JSON.stringify(document));
}
