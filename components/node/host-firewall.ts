import type { PortRange, Service } from "../model/services.ts";

/** Input of a node's own firewall. */
export interface HostFirewallInput {
  readonly services: readonly Service[];
  /** Connections that one address may have open, an IPv6 network of 64 bits counting as one. */
  readonly connectionsPerAddress: number;
  /** Networks in CIDR notation, IPv4 and IPv6, that this limit is not for. */
  readonly spared: readonly string[];
}

/**
 * Renders the node's own firewall as a file for nft(8), which takes the place of the whole table at once: the second wall behind the
 * cloud's, for the day on which that one is detached by mistake. It opens the ports of the same services, SSH for everyone: whose
 * networks may use it, the cloud firewall alone knows, so that a change of theirs cannot shut the operators out.
 */
export function hostFirewall({ services, connectionsPerAddress, spared }: HostFirewallInput): string {
  const lasting = services.filter(({ name }) => name !== "first-contact");
  const limited = lasting.filter(({ reach }) => reach === "everyone");
  return `#!/usr/sbin/nft --file
# Written by the stack. A SYN begins a connection and nothing else does, so flows from before the table was loaded go on.
table inet imera
delete table inet imera
table inet imera {
  set connections_ipv4 { type ipv4_addr; flags dynamic; size 65535; }
  set connections_ipv6 { type ipv6_addr; flags dynamic; size 65535; }
  set relays { type inet_service; flags dynamic; size 65535; timeout 1h; }
${sparedSet("ipv4", spared)}${sparedSet("ipv6", spared)}
  chain input {
    type filter hook input priority filter; policy drop;
    iif lo accept
    meta l4proto { icmp, ipv6-icmp } accept
    tcp flags & (fin | syn | rst | ack) != syn accept
    ct state established, related accept
    udp sport . udp dport { 67 . 68, 547 . 546 } accept
    tcp dport ${ports(limited, "tcp")} jump newcomers
    tcp dport ${ports(lasting, "tcp")} accept
    udp dport ${ports(lasting, "udp")} accept
  }

  chain newcomers {
    ip saddr @spared_ipv4 accept
    ip6 saddr @spared_ipv6 accept
    add @connections_ipv4 { ip saddr ct count over ${connectionsPerAddress} } reject with tcp reset
    add @connections_ipv6 { ip6 saddr & ffff:ffff:ffff:ffff:: ct count over ${connectionsPerAddress} } reject with tcp reset
  }

  chain forward {
    type filter hook forward priority filter; policy drop;
  }

  chain output {
    type filter hook output priority filter; policy accept;
    udp sport ${ports(services.filter(isRelay), "udp")} update @relays { udp sport limit rate over ${relayRate} } counter drop comment "each relayed call has a port"
    ip daddr 169.254.169.254 meta skuid != 0 counter reject with icmp admin-prohibited comment "the cloud's metadata has the user data"
  }
}
`;
}

/** Rate of what one relayed call sends to its other end, as of the server's own limit for calls over TCP: that one has none for UDP. */
const relayRate = "500 kbytes/second burst 1 mbytes";

function isRelay({ name }: Service): boolean {
  return name === "turn-relay";
}

function sparedSet(family: "ipv4" | "ipv6", spared: readonly string[]): string {
  const networks = spared.filter((network) => network.includes(":") === (family === "ipv6"));
  const elements = networks.length === 0 ? "" : ` elements = { ${networks.join(", ")} }`;
  return `  set spared_${family} { type ${family}_addr; flags interval; auto-merge;${elements} }\n`;
}

/** Writes the ports of services as a set of nft. */
function ports(services: readonly Service[], transport: "tcp" | "udp"): string {
  const offered = services.filter(({ transports }) => transports.includes(transport));
  return `{ ${offered.map((service) => range(service.ports)).join(", ")} }`;
}

function range({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}
