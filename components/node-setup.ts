import * as pulumi from "@pulumi/pulumi";
import { Command, type CommandArgs } from "@pulumi/command/remote/command.js";
import type { Settings } from "./config.ts";
import { ejabberdYaml } from "./ejabberd-config.ts";
import { digest, fileBundle, staticFiles, type NodeFile } from "./files.ts";
import { nodeFacts, type NodeAddresses } from "./node-facts.ts";
import { serviceNamed, type Service, type ServiceName } from "./services.ts";

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
  /** Secret. */
  readonly cloudflareToken: pulumi.Input<string>;
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
    const ssh = connection(args, "ssh", this.sshHostKey);
    const bundle = pulumi.all([args.addresses, args.volumeName]).apply(([addresses, volumeName]) => {
      return fileBundle([...staticFiles(), ...renderedFiles(args, addresses, volumeName)]);
    });
    const secrets = secretsDocument(args);
    const run = (step: string, command: Omit<CommandArgs, "connection">, after: readonly pulumi.Resource[]) =>
      new Command(`${name}-${step}`, { connection: ssh, ...command }, { parent: this, dependsOn: [...after] });

    const configuration = run(
      "configuration",
      {
        create: "/usr/local/sbin/imera-apply && /usr/local/sbin/imera-first-contact close",
        stdin: bundle,
        triggers: [args.dropletId],
      },
      [firstContact],
    );
    const delivered = run(
      "secrets",
      { create: "/usr/local/sbin/imera-accept-secrets", stdin: secrets, triggers: [args.dropletId] },
      [configuration],
    );
    this.ready = run(
      "ready",
      {
        create: "/usr/local/lib/imera/converge",
        triggers: [args.dropletId, bundle.apply(digest), secrets.apply(digest), ...args.attached],
      },
      [delivered],
    );
    this.registerOutputs({ sshHostKey: this.sshHostKey });
  }
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
    // A first boot takes a minute until SSH answers. The plugin waits 5 s at most between two tries.
    dialErrorLimit: 100,
    perDialTimeout: 5,
  };
}

/** The files that depend on settings and addresses. */
function renderedFiles(args: NodeSetupArgs, addresses: NodeAddresses, volumeName: string): readonly NodeFile[] {
  const input = { ...args.settings, nodeName: args.hostName, services: args.services, addresses, volumeName };
  const file = { mode: "0644", owner: "root:root" };
  return [
    { ...file, path: "/etc/imera/node.json", content: `${JSON.stringify(nodeFacts(input), undefined, 2)}\n` },
    { ...file, path: "/etc/imera/ejabberd.yml", content: ejabberdYaml(input) },
  ];
}

/** What `imera-accept-secrets` reads on standard input. */
function secretsDocument(args: NodeSetupArgs): pulumi.Output<string> {
  const { databasePassword, erlangCookie, adminPassword, turnSecret } = args.settings.secrets;
  return pulumi
    .all({ databasePassword, erlangCookie, adminPassword, turnSecret, cloudflareToken: args.cloudflareToken })
    .apply((secrets) => JSON.stringify(secrets));
}
