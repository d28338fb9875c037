import * as pulumi from "@pulumi/pulumi";
import { Droplet } from "@pulumi/digitalocean/droplet.js";
import { Firewall } from "@pulumi/digitalocean/firewall.js";
import { Tag } from "@pulumi/digitalocean/tag.js";
import { canonicalIpv6 } from "../model/ipv6.ts";
import type { NodeAddresses } from "../model/node-facts.ts";
import { serviceNamed, type Service } from "../model/services.ts";
import { vendorNames } from "../model/vendor-names.ts";
import { coldImage } from "../node/boot-image.ts";
import { userData } from "../node/cloud-init.ts";
import { digest, fileBundle, jsonFile, type NodeFile } from "../node/files.ts";
import { operatorRules, outboundRules } from "../node/firewalls.ts";
import { keptLogin, movesAway } from "../node/kept-login.ts";
import { configureMachine, type MachineStep } from "../node/machine-setup.ts";
import { authorizedKeys, watchFile } from "../node/node-setup.ts";
import { poweredOnAt } from "../node/proof.ts";
import { secrets } from "../settings/secrets.ts";
import type { Settings } from "../settings/settings.ts";
import { watcherKey } from "../settings/watch-rules.ts";
import type { Survey } from "../vendors/survey.ts";
import { watchDocument } from "./watch-document.ts";
import { watcherFiles, watcherFirstBootFiles } from "./watcher-files.ts";
import { watchSecrets } from "./watch-secrets.ts";

/** Node as a watcher knows it. */
interface NodeInSight {
  readonly key: string;
  /** Full name. */
  readonly hostName: string;
  readonly addresses: pulumi.Output<NodeAddresses>;
}

/** Arguments of {@link Watcher}. */
export interface WatcherArgs {
  readonly settings: Settings;
  /** Place and size of the droplet. */
  readonly place: Exclude<Settings["watcher"], "">;
  readonly services: readonly Service[];
  readonly nodes: readonly NodeInSight[];
  /** DigitalOcean's id of the key that the program logs in with. */
  readonly sshKeyId: pulumi.Input<string>;
  readonly survey: Survey;
  /** Resources that exist once the network can be reached: before, there would be an alarm. */
  readonly published: readonly pulumi.Resource[];
}

/** Watcher as it is known from outside. */
export interface WatcherSummary {
  /** Full host name, which no DNS knows. */
  readonly name: string;
  readonly publicIpv4: string;
  readonly publicIpv6: string;
  /** Public SSH host key, as in a known_hosts file. */
  readonly sshHostKey: string;
  /** DigitalOcean's id of the droplet. */
  readonly dropletId: string;
}

/** A droplet in a region of its own with nothing on it but the watcher: it does what users do, and alarms. */
export class Watcher extends pulumi.ComponentResource {
  readonly summary: pulumi.Output<WatcherSummary>;

  constructor(name: string, args: WatcherArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:Watcher", name, {}, opts);
    const hostName = `${watcherKey}.${args.settings.domain}`;
    const droplet = createDroplet(name, args, hostName, this);
    const { sshHostKey } = configureMachine(
      `${name}-setup`,
      {
        provisioningPrivateKey: args.settings.secrets.provisioningPrivateKey,
        provisioningPublicKey: args.settings.provisioningPublicKey,
        firstContactPublicKey: args.settings.firstContactPublicKey,
        kept: keptLogin({ node: name, region: args.place.region }, args.survey.known),
        services: args.services,
        dropletId: droplet.id,
        publicIpv4: droplet.ipv4Address,
      },
      steps(name, args, droplet),
      this,
    );
    const publicIpv6 = droplet.ipv6Address.apply(canonicalIpv6);
    const known = { publicIpv4: droplet.ipv4Address, publicIpv6, sshHostKey, dropletId: droplet.id };
    this.summary = pulumi.output({ name: hostName, ...known });
    this.registerOutputs({ summary: this.summary });
  }
}

function createDroplet(name: string, args: WatcherArgs, hostName: string, parent: pulumi.Resource): Droplet {
  const { settings, place, services, survey } = args;
  const names = vendorNames(pulumi.getStack());
  const tag = new Tag(`${name}-tag`, { name: names.watcher }, { parent }).name;
  const firewall = new Firewall(
    `${name}-firewall`,
    { name: names.watcher, tags: [tag], inboundRules: operatorRules({ services, ...settings }), outboundRules },
    { parent },
  );
  return new Droplet(
    `${name}-droplet`,
    {
      name: hostName,
      region: place.region,
      size: place.size,
      // An image of the stack's own has ejabberd and PostgreSQL on it, and belongs to the nodes' region.
      image: coldImage,
      ipv6: true,
      resizeDisk: false,
      dropletAgent: false,
      tags: [tag],
      sshKeys: [args.sshKeyId],
      userData: settings.secrets.firstContactPrivateKey.apply((firstContactPrivateKey) =>
        userData({
          firstContactPrivateKey,
          firstContactPort: serviceNamed(services, "first-contact").ports,
          files: watcherFirstBootFiles(),
          installsServer: false,
        }),
      ),
    },
    {
      parent,
      dependsOn: firewall,
      ignoreChanges: movesAway({ node: name, ...place }, survey.known) ? [] : ["userData", "sshKeys", "image"],
    },
  );
}

function steps(name: string, args: WatcherArgs, droplet: Droplet): readonly MachineStep[] {
  const bundle = renderedFiles(args).apply((rendered) => fileBundle([...watcherFiles(), ...rendered]));
  const own = watchSecrets(args.settings, watcherKey).apply((text) => JSON.stringify({ watchSecrets: text }));
  return [
    {
      step: "configuration",
      create: "/usr/local/sbin/imera-apply && /usr/local/sbin/imera-first-contact close",
      stdin: bundle,
      triggers: [droplet.id],
    },
    { step: "secrets", create: "/usr/local/sbin/imera-accept-secrets", stdin: own, triggers: [droplet.id] },
    {
      step: "ready",
      create: "/usr/local/lib/imera/converge",
      after: args.published,
      triggers: [
        droplet.id,
        bundle.apply(digest),
        pulumi.unsecret(own.apply(digest)),
        poweredOnAt(`${name}-setup`, watcherKey, args.survey),
      ],
    },
  ];
}

/** Renders the files that depend on settings and addresses. */
function renderedFiles({ settings, place, services, nodes }: WatcherArgs): pulumi.Output<readonly NodeFile[]> {
  const facts = { secretPatterns: { watchSecrets: secrets.watchSecrets.pattern } };
  return pulumi.all(nodes.map((node) => node.addresses)).apply((addresses) => {
    const watched = nodes.flatMap(({ key, hostName }, index) => {
      const found = addresses[index];
      return found === undefined ? [] : [{ key, hostName, addresses: found }];
    });
    const document = watchDocument({
      stack: pulumi.getStack(),
      settings,
      services,
      nodes: watched,
      ways: settings.alarms.ways,
      eye: {
        name: watcherKey,
        role: "watcher",
        region: place.region,
        heartbeats: nodes.map(({ key }) => key),
        delaySeconds: 0,
        tellsDaily: true,
      },
    });
    return [authorizedKeys(settings), jsonFile("/etc/imera/node.json", facts), jsonFile(watchFile, document)];
  });
}
