import * as pulumi from "@pulumi/pulumi";
import { Firewall } from "@pulumi/digitalocean/firewall.js";
import type { types } from "@pulumi/digitalocean";
import type { PlainSettings } from "../settings/schema.ts";
import type { PortRange, Reach, Service } from "../model/services.ts";

/** Arguments of {@link NodeFirewall}. */
export interface NodeFirewallArgs {
  /** Droplets with this tag are covered from the moment they exist. */
  readonly tag: pulumi.Input<string>;
  readonly services: readonly Service[];
  /** Networks of the operators in CIDR notation, IPv4 and IPv6. */
  readonly sshNetworks: readonly string[];
  readonly purpose: PlainSettings["purpose"];
}

/**
 * What a node needs to be made, and no more: operators may reach it, and it may reach others. It goes by tag, so that it is
 * there before the first droplet.
 */
export class NodeFirewall extends pulumi.ComponentResource {
  constructor(name: string, args: NodeFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:NodeFirewall", name, {}, opts);
    const firewall = new Firewall(
      `${name}-rules`,
      {
        name: `imera-${pulumi.getStack()}`,
        tags: [args.tag],
        inboundRules: operatorRules(args),
        outboundRules: args.purpose === "drill" ? drillOutboundRules : outboundRules,
      },
      { parent: this },
    );
    this.registerOutputs({ id: firewall.id });
  }
}

/** Arguments of {@link PublicFirewall}. */
export interface PublicFirewallArgs {
  /** The node's, for the firewall's name. */
  readonly key: string;
  readonly dropletId: pulumi.Input<number>;
  readonly services: readonly Service[];
}

/**
 * Opens what everyone may reach. It goes by the droplet's id and comes after the node has been proved ready: a droplet that is
 * made anew is another one, so its ports stay shut until it has been proved ready in turn.
 */
export class PublicFirewall extends pulumi.ComponentResource {
  constructor(name: string, args: PublicFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:PublicFirewall", name, {}, opts);
    const firewall = new Firewall(
      `${name}-rules`,
      {
        name: `imera-${pulumi.getStack()}-${args.key}`,
        dropletIds: [args.dropletId],
        inboundRules: publicRules(args.services),
      },
      { parent: this, ...(opts?.dependsOn === undefined ? {} : { dependsOn: opts.dependsOn }) },
    );
    this.registerOutputs({ id: firewall.id });
  }
}

const everyone = ["0.0.0.0/0", "::/0"];
const allPorts = "1-65535";

/** Services for operators, and ICMP: without it, path MTU discovery fails (RFC 4890, RFC 1191). */
export function operatorRules(
  args: Pick<NodeFirewallArgs, "services" | "sshNetworks">,
): types.input.FirewallInboundRule[] {
  return [
    ...inboundRules(args.services, "operators", args.sshNetworks),
    { protocol: "icmp", sourceAddresses: everyone },
  ];
}

/** Services for everyone. */
export function publicRules(offered: readonly Service[]): types.input.FirewallInboundRule[] {
  return inboundRules(offered, "everyone", everyone);
}

/** One rule for each service and transport. */
function inboundRules(offered: readonly Service[], reach: Reach, sources: readonly string[]) {
  return offered
    .filter((service) => service.reach === reach)
    .flatMap((service) =>
      service.transports.map((protocol) => ({
        protocol,
        portRange: portRange(service.ports),
        sourceAddresses: [...sources],
      })),
    );
}

/**
 * Everything may leave: servers and clients of others name any port in their SRV records and any address for calls, so a
 * narrower rule would cut the federation off.
 */
const outboundRules: types.input.FirewallOutboundRule[] = [
  { protocol: "tcp", portRange: allPorts, destinationAddresses: everyone },
  { protocol: "udp", portRange: allPorts, destinationAddresses: everyone },
  { protocol: "icmp", destinationAddresses: everyone },
];

/** Packages, backups, names and time. The copy of a server must not talk to the servers and clients that know the real one. */
const drillOutboundRules: types.input.FirewallOutboundRule[] = [
  ...["53", "80", "443"].map((port) => ({ protocol: "tcp", portRange: port, destinationAddresses: everyone })),
  ...["53", "123"].map((port) => ({ protocol: "udp", portRange: port, destinationAddresses: everyone })),
];

function portRange(ports: PortRange): string {
  return ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`;
}
