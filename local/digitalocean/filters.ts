import { isIPv4, isIPv6 } from "node:net";
import type { DropletFilter, DropletNetwork, FilterRule } from "./hypervisor.ts";
import { vpcOf } from "./cloud.ts";
import type { Droplet, Firewall, FirewallRule } from "./entities.ts";
import type { State } from "./state.ts";

/**
 * Compiles all firewalls into one packet filter, with an entry for each droplet that a firewall names by id or by tag: the
 * union of those firewalls' rules. Tags and droplet ids as peers stand for the public and the VPC addresses of those droplets.
 * A rule whose peers are nobody is left out.
 */
export function compileFilters(state: State): DropletFilter[] {
  const firewalls = state.firewalls.all();
  return state.droplets.all().flatMap((droplet) => {
    const applied = firewalls.filter((firewall) => appliesTo(firewall, droplet));
    if (applied.length === 0) return [];
    return [
      {
        dropletId: droplet.id,
        network: networkOf(state, droplet),
        inbound: applied.flatMap(({ inbound }) => inbound.flatMap((rule) => compileRule(state, rule))),
        outbound: applied.flatMap(({ outbound }) => outbound.flatMap((rule) => compileRule(state, rule))),
      },
    ];
  });
}

/** Tells whether `firewall` names the droplet, by id or by tag. */
export function appliesTo(firewall: Firewall, droplet: Droplet): boolean {
  return firewall.dropletIds.includes(droplet.id) || firewall.tags.some((tag) => droplet.tags.includes(tag));
}

/** Converts a droplet's addresses for the hypervisor. */
export function networkOf(state: State, droplet: Droplet): DropletNetwork {
  return {
    publicIpv4: droplet.publicIpv4,
    ...(droplet.publicIpv6 === null ? {} : { publicIpv6: droplet.publicIpv6 }),
    vpc: { id: droplet.vpcId, ipv4: droplet.vpcIpv4, ipv4Cidr: vpcOf(state, droplet).ipRange },
  };
}

function compileRule(state: State, rule: FirewallRule): FilterRule[] {
  const { addresses, tags, dropletIds } = rule.peers;
  const droplets = state.droplets
    .all()
    .filter(({ id, tags: own }) => dropletIds.includes(id) || tags.some((tag) => own.includes(tag)));
  const peerCidrs = [...new Set([...addresses, ...droplets.flatMap(addressesOf)].map(asCidr))];
  if (peerCidrs.length === 0) return [];
  const ports = rule.protocol === "icmp" ? undefined : parsePorts(rule.ports);
  return [{ protocol: rule.protocol, ...(ports === undefined ? {} : { ports }), peerCidrs }];
}

function addressesOf({ publicIpv4, publicIpv6, vpcIpv4 }: Droplet): string[] {
  return [publicIpv4, vpcIpv4, ...(publicIpv6 === null ? [] : [publicIpv6])];
}

function asCidr(address: string): string {
  if (isIPv4(address)) return `${address}/32`;
  return isIPv6(address) ? `${address}/128` : address;
}

/** Reads `22` and `8000-9000` as a range of ports; undefined for `0`, which means all. */
export function parsePorts(ports: string): { first: number; last: number } | undefined {
  if (ports === "0") return undefined;
  const [first = "", last = first] = ports.split("-");
  return { first: Number(first), last: Number(last) };
}
