import * as pulumi from "@pulumi/pulumi";
import { Firewall } from "@pulumi/digitalocean/firewall.js";
import type { types } from "@pulumi/digitalocean";
import type { PortRange, Service } from "./services.ts";

/** Arguments of {@link NodeFirewall}. */
export interface NodeFirewallArgs {
  /** Droplets with this tag are covered from the moment they exist. */
  readonly tag: pulumi.Input<string>;
  /** Each is let in from where the model says; nothing else is. */
  readonly services: readonly Service[];
  /** Networks of the operators in CIDR notation, IPv4 and IPv6. */
  readonly sshNetworks: readonly string[];
}

/** What may reach the nodes and what they may reach. It goes by tag, so that it is there before the first droplet. */
export class NodeFirewall extends pulumi.ComponentResource {
  readonly id: pulumi.Output<string>;

  constructor(name: string, args: NodeFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:NodeFirewall", name, {}, opts);
    const firewall = new Firewall(
      `${name}-rules`,
      {
        name: `imera-${pulumi.getStack()}`,
        tags: [args.tag],
        inboundRules: inboundRules(args),
        outboundRules,
      },
      { parent: this },
    );
    this.id = firewall.id;
    this.registerOutputs({ id: this.id });
  }
}

const everyone = ["0.0.0.0/0", "::/0"];
const allPorts = "1-65535";

/** One rule for each service and transport, and ICMP: without it, path MTU discovery fails (RFC 4890, RFC 1191). */
export function inboundRules(args: Omit<NodeFirewallArgs, "tag">): types.input.FirewallInboundRule[] {
  const sources = { everyone, operators: [...args.sshNetworks] };
  return [
    ...args.services.flatMap((service) =>
      service.transports.map((protocol) => ({
        protocol,
        portRange: portRange(service.ports),
        sourceAddresses: sources[service.reach],
      })),
    ),
    { protocol: "icmp", sourceAddresses: everyone },
  ];
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

function portRange(ports: PortRange): string {
  return ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`;
}
