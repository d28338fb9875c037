import type { DropletFilter, FilterRule, ReservedIpAssignment } from "../digitalocean/hypervisor.ts";

/** Contents of the namespace's packet filter. */
export interface Ruleset {
  readonly filters: readonly DropletFilter[];
  readonly reservedIps: readonly ReservedIpAssignment[];
  /** Source that a droplet sees when it reaches itself under its reserved IP. */
  readonly cloudIpv4: string;
}

/** Name of the one table, in the run's own namespace. */
const rulesetTable = "cloud";

/**
 * Writes the nftables file that replaces the whole table in one transaction. Every packet from or to a droplet passes the
 * forward hook (other droplets, the host, the outside) or the input hook (the local cloud's own servers), because the namespace
 * routes them all. A droplet that has a filter may send what its outbound rules list and is sent what its inbound rules list;
 * answers pass (connection tracking).
 */
export function renderRuleset({ filters, reservedIps, cloudIpv4 }: Ruleset): string {
  const held = reservedIps.flatMap(({ ipv4, droplet }) =>
    droplet === undefined ? [] : [{ ipv4, target: droplet.publicIpv4 }],
  );
  return `add table inet ${rulesetTable}
delete table inet ${rulesetTable}
table inet ${rulesetTable} {
${filters.map(renderDroplet).join("")}  chain passes {
    ct state established,related accept
    ct state invalid drop
    icmpv6 type { nd-router-solicit, nd-neighbor-solicit, nd-neighbor-advert } accept
${renderDispatch("saddr", "out", filters)}${renderDispatch("daddr", "in", filters)}  }

  chain spoofed {
    type filter hook prerouting priority raw;
    iifname "d*" fib saddr . iif oif missing ip6 saddr != :: drop
    iifname "d*" meta nfproto ipv4 fib saddr . iif oif missing drop
  }

  chain forward {
    type filter hook forward priority filter;
    jump passes
  }

  chain input {
    type filter hook input priority filter;
    iifname "d*" jump passes
  }

  chain prerouting {
    type nat hook prerouting priority dstnat;
${held.map(({ ipv4, target }) => `    ip daddr ${ipv4} dnat ip to ${target}\n`).join("")}  }

  chain output {
    type nat hook output priority -100;
${held.map(({ ipv4, target }) => `    ip daddr ${ipv4} dnat ip to ${target}\n`).join("")}  }

  chain postrouting {
    type nat hook postrouting priority srcnat;
${held.map(({ target }) => `    ip saddr ${target} ip daddr ${target} snat ip to ${cloudIpv4}\n`).join("")}  }
}
`;
}

function renderDroplet({ dropletId, inbound, outbound }: DropletFilter): string {
  return renderDirection(`in-${dropletId}`, "saddr", inbound) + renderDirection(`out-${dropletId}`, "daddr", outbound);
}

function renderDirection(chain: string, peer: "saddr" | "daddr", rules: readonly FilterRule[]): string {
  const lines = rules.flatMap((rule) => rule.peerCidrs.map((cidr) => `    ${renderRule(rule, peer, cidr)}\n`));
  return `  chain ${chain} {\n${[...new Set(lines)].join("")}    drop\n  }\n\n`;
}

function renderRule({ protocol, ports }: FilterRule, peer: "saddr" | "daddr", cidr: string): string {
  const family = cidr.includes(":") ? "ip6" : "ip";
  return `${family} ${peer} ${cidr} ${renderTraffic(protocol, family, ports)} return`;
}

function renderTraffic(protocol: FilterRule["protocol"], family: "ip" | "ip6", ports: FilterRule["ports"]): string {
  if (protocol === "icmp") return `meta l4proto ${family === "ip" ? "icmp" : "ipv6-icmp"}`;
  if (ports === undefined) return `meta l4proto ${protocol}`;
  const range = ports.first === ports.last ? `${ports.first}` : `${ports.first}-${ports.last}`;
  return `${protocol} dport ${range}`;
}

function renderDispatch(field: "saddr" | "daddr", direction: "in" | "out", filters: readonly DropletFilter[]): string {
  return filters
    .flatMap(({ dropletId, network }) => {
      const jump = `jump ${direction}-${dropletId}`;
      const v6 = network.publicIpv6 === undefined ? [] : [`    ip6 ${field} ${network.publicIpv6} ${jump}\n`];
      return [`    ip ${field} { ${network.publicIpv4}, ${network.vpc.ipv4} } ${jump}\n`, ...v6];
    })
    .join("");
}
