import * as pulumi from "@pulumi/pulumi";
import { Firewall } from "@pulumi/digitalocean/firewall.js";
import type { types } from "@pulumi/digitalocean";
import { formerlyIn } from "./former-parent.ts";
import type { Purpose } from "../model/node-facts.ts";
import { vendorNames } from "../model/vendor-names.ts";
import type { PortRange, Reach, Service } from "../model/services.ts";

/** Arguments of {@link nodeFirewall}. */
export interface NodeFirewallArgs {
  /** Tag of the droplets that are covered, from the moment they exist. */
  readonly tag: pulumi.Input<string>;
  readonly services: readonly Service[];
  /** Networks of the operators in CIDR notation, IPv4 and IPv6. */
  readonly sshNetworks: readonly string[];
  readonly purpose: Purpose;
}

/**
 * Makes the firewall under which a node is built: operators may reach it, and it may reach others. It goes by tag, so that it is
 * there before the first droplet.
 */
export function nodeFirewall(name: string, args: NodeFirewallArgs, parent: pulumi.Resource): Firewall {
  return new Firewall(
    `${name}-rules`,
    {
      name: vendorNames(pulumi.getStack()).operatorFirewall,
      tags: [args.tag],
      inboundRules: operatorRules(args),
      outboundRules: args.purpose === "drill" ? drillOutboundRules : outboundRules,
    },
    { parent, aliases: [formerlyIn("NodeFirewall", name, parent)] },
  );
}

/** Arguments of {@link publicFirewall}. */
export interface PublicFirewallArgs {
  /** Key of the node, for the firewall's name. */
  readonly key: string;
  /** DigitalOcean's id of the node's droplet, as text. */
  readonly dropletId: pulumi.Output<string>;
  readonly services: readonly Service[];
  /** Resource that exists once the node has been proved ready. */
  readonly ready: pulumi.Resource;
}

/**
 * Opens the services for everyone. It goes by the droplet's id and comes after the node has been proved ready: a droplet that
 * is made anew is another one, so its ports stay shut until it has been proved ready in turn.
 */
export function publicFirewall(name: string, args: PublicFirewallArgs, parent: pulumi.Resource): Firewall {
  return new Firewall(
    `${name}-rules`,
    {
      name: vendorNames(pulumi.getStack()).publicFirewall(args.key),
      dropletIds: [args.dropletId.apply(Number)],
      inboundRules: publicRules(args.services),
    },
    { parent, dependsOn: args.ready, aliases: [formerlyIn("PublicFirewall", name, parent)] },
  );
}

const everyone = ["0.0.0.0/0", "::/0"];
const allPorts = "1-65535";

/** Lists inbound rules for operators, and for ICMP: without it, path MTU discovery fails (RFC 4890, RFC 1191). */
export function operatorRules(
  args: Pick<NodeFirewallArgs, "services" | "sshNetworks">,
): types.input.FirewallInboundRule[] {
  return [
    ...inboundRules(args.services, "operators", args.sshNetworks),
    { protocol: "icmp", sourceAddresses: everyone },
  ];
}

/** Lists inbound rules for everyone. */
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
 * Rules for what leaves a machine. Everything may: servers and clients of others name any port in their SRV records and any address for calls, so a
 * narrower rule would cut the federation off.
 */
export const outboundRules: types.input.FirewallOutboundRule[] = [
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
