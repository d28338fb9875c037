/**
 * Service of the network. Firewall rules, SRV records, ejabberd's listeners, certificate names and the checks from outside are
 * all derived from it. Names of the domain's hosts: {@link domainHosts}.
 */
export interface Service {
  readonly name: ServiceName;
  readonly transports: readonly Transport[];
  /** Inclusive; most services have one port. */
  readonly ports: PortRange;
  /** `everyone`: the whole Internet. `operators`: the networks of the `sshNetworks` setting. */
  readonly reach: Reach;
  /** `direct`: TLS from the first byte. `starttls`: after the stream has asked for it. `none`: no TLS of its own. */
  readonly tls: "direct" | "starttls" | "none";
  /** Hosts of the domain whose name a client or server expects in the certificate; empty without TLS. */
  readonly certificateHosts: readonly HostRole[];
  readonly srv: readonly SrvFamily[];
}

/** Name of a service. */
export type ServiceName =
  | "c2s"
  | "c2s-direct-tls"
  | "s2s"
  | "s2s-direct-tls"
  | "https"
  | "stun"
  | "turn-relay"
  | "proxy65"
  | "ssh"
  | "first-contact";

/** Transport protocol. */
type Transport = "tcp" | "udp";

/** Clients that a service is open to; see {@link Service.reach}. */
export type Reach = "everyone" | "operators";

/** Range of ports, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** SRV records of one label (RFC 2782): one for each owner and each node. */
interface SrvFamily {
  /** For example `_xmpp-client._tcp`. */
  readonly label: string;
  /** Hosts that have the record: `_xmpp-server._tcp.conference.example.org`. */
  readonly owners: readonly HostRole[];
  /** Targets of the records: the nodes by their own names, or the host that stands for all relays. */
  readonly target: "nodes" | "turn";
  /** Lower is tried first. */
  readonly priority: number;
  readonly weight: number;
}

/** Purpose of a host name of the domain; `domain` is the right side of every JID. */
export type HostRole = "domain" | "conference" | "upload" | "proxy" | "pubsub" | "turn";

/** Hosts that another server opens streams to, by RFC 6120: each needs SRV records and a name in the certificate. */
const federatedHosts = ["domain", "conference", "pubsub"] as const satisfies readonly HostRole[];
/** Hosts whose names the certificate holds. `turn` has none: relayed packets are the clients' own, encrypted end to end. */
const certifiedHosts = ["domain", "conference", "upload", "proxy", "pubsub"] as const satisfies readonly HostRole[];

// XEP-0368 has clients put both families in one list: direct TLS saves a round trip, so it comes first.
const directTlsFirst = { priority: 5, weight: 1 };
const thenStartTls = { priority: 10, weight: 1 };
const onlyChoice = { priority: 10, weight: 1 };

/** Settings of a network that its services depend on. */
interface ServiceSettings {
  readonly turnRelayFirstPort: number;
  readonly turnRelayLastPort: number;
}

/** Lists the services of a network with these settings. */
export function configuredServices({ turnRelayFirstPort: first, turnRelayLastPort: last }: ServiceSettings) {
  return services({ turnRelayPorts: { first, last } });
}

/** Lists the services of a network, for the given range of relay ports. */
export function services(options: { readonly turnRelayPorts: PortRange }): readonly Service[] {
  return [
    ...xmppServices,
    https,
    stun,
    {
      name: "turn-relay",
      transports: ["udp"],
      ports: options.turnRelayPorts,
      reach: "everyone",
      tls: "none",
      certificateHosts: [],
      srv: [],
    },
    proxy65,
    ...operatorServices,
  ];
}

/** First labels of the hosts below the domain, one for each XMPP component and one for the relays. */
export const serviceLabels = ["conference", "upload", "proxy", "pubsub", "turn"] as const satisfies readonly HostRole[];

/** Names the hosts of the domain, by role. */
export function domainHosts(domain: string): Readonly<Record<HostRole, string>> {
  const below = (label: (typeof serviceLabels)[number]) => `${label}.${domain}`;
  return {
    domain,
    conference: below("conference"),
    upload: below("upload"),
    proxy: below("proxy"),
    pubsub: below("pubsub"),
    turn: below("turn"),
  };
}

/** Lists the names that one certificate for the whole domain holds, the domain itself first. */
export function certificateNames(domain: string, offered: readonly Service[]): readonly string[] {
  const hosts = domainHosts(domain);
  const wanted = new Set(offered.flatMap((service) => service.certificateHosts));
  return certifiedHosts.filter((role) => wanted.has(role)).map((role) => hosts[role]);
}

/** Finds a service by name; throws when it is not among those offered. */
export function serviceNamed(offered: readonly Service[], name: ServiceName): Service {
  const service = offered.find((candidate) => candidate.name === name);
  if (service === undefined) throw new Error(`services: there is no service named ${name}`);
  return service;
}

function port(number: number): PortRange {
  return { first: number, last: number };
}

const xmppServices: readonly Service[] = [
  {
    name: "c2s",
    transports: ["tcp"],
    ports: port(5222),
    reach: "everyone",
    tls: "starttls",
    certificateHosts: ["domain"],
    srv: [{ label: "_xmpp-client._tcp", owners: ["domain"], target: "nodes", ...thenStartTls }],
  },
  {
    name: "c2s-direct-tls",
    transports: ["tcp"],
    ports: port(5223),
    reach: "everyone",
    tls: "direct",
    certificateHosts: ["domain"],
    srv: [{ label: "_xmpps-client._tcp", owners: ["domain"], target: "nodes", ...directTlsFirst }],
  },
  {
    name: "s2s",
    transports: ["tcp"],
    ports: port(5269),
    reach: "everyone",
    tls: "starttls",
    certificateHosts: certifiedHosts,
    srv: [{ label: "_xmpp-server._tcp", owners: federatedHosts, target: "nodes", ...thenStartTls }],
  },
  {
    name: "s2s-direct-tls",
    transports: ["tcp"],
    ports: port(5270),
    reach: "everyone",
    tls: "direct",
    certificateHosts: certifiedHosts,
    srv: [{ label: "_xmpps-server._tcp", owners: federatedHosts, target: "nodes", ...directTlsFirst }],
  },
];

/** BOSH, WebSocket and host-meta at the domain itself, uploads at their own host. */
const https: Service = {
  name: "https",
  transports: ["tcp"],
  ports: port(443),
  reach: "everyone",
  tls: "direct",
  certificateHosts: ["domain", "upload"],
  srv: [],
};

/** STUN and TURN on one port (RFC 8489, RFC 8656); the relayed packets use the ports of `turn-relay`. */
const stun: Service = {
  name: "stun",
  transports: ["udp", "tcp"],
  ports: port(3478),
  reach: "everyone",
  tls: "none",
  certificateHosts: [],
  srv: ["_stun._udp", "_stun._tcp", "_turn._udp", "_turn._tcp"].map((label) => ({
    label,
    owners: ["domain"],
    target: "turn",
    ...onlyChoice,
  })),
};

/** XEP-0065: a client behind NAT hands a file over through it, so it must be reachable or not be offered. */
const proxy65: Service = {
  name: "proxy65",
  transports: ["tcp"],
  ports: port(7777),
  reach: "everyone",
  tls: "none",
  certificateHosts: ["proxy"],
  srv: [],
};

const operatorServices: readonly Service[] = [
  {
    name: "ssh",
    transports: ["tcp"],
    ports: port(22),
    reach: "operators",
    tls: "none",
    certificateHosts: [],
    srv: [],
  },
  // Answers from boot until the node has been configured, with one fixed command. See docs/decisions/first-contact.md.
  {
    name: "first-contact",
    transports: ["tcp"],
    ports: port(2222),
    reach: "operators",
    tls: "none",
    certificateHosts: [],
    srv: [],
  },
];
