import { dnsRecords, type DnsInput, type RecordData } from "../dns/dns-records.ts";
import { type NodeAddresses, watchUser } from "../model/node-facts.ts";
import { certificateNames, domainHosts, type Service } from "../model/services.ts";

/** Settings that a watcher is told. */
export interface WatchSettings extends Pick<
  DnsInput,
  "domain" | "serveDomainApex" | "reservedIp" | "caaIssuer" | "acmeAccountUri"
> {
  /** DNS resolvers, by address. */
  readonly watchResolvers: readonly string[];
  /** XMPP server of somebody else; empty: none. */
  readonly watchPeer: string;
  /** Hour of the daily line in UTC; empty: there is none. */
  readonly watchDailyHour: number | "";
}

/** Node that is watched. */
export interface WatchedNode {
  readonly key: string;
  /** Full name. */
  readonly hostName: string;
  readonly addresses: NodeAddresses;
}

/** Input of {@link watchDocument}. Nothing of it is secret. */
export interface WatchInput {
  readonly stack: string;
  readonly settings: WatchSettings;
  readonly services: readonly Service[];
  readonly nodes: readonly WatchedNode[];
  /** Ways by which somebody is alarmed, without their secrets. */
  readonly ways: readonly Readonly<Record<string, unknown>>[];
  readonly eye: Eye;
}

/** Watcher that runs somewhere. */
export interface Eye {
  /** Name, once in a network: `watcher`, or the key of a node. */
  readonly name: string;
  readonly role: "watcher" | "node" | "operator";
  /** Slug of the region that it looks from. */
  readonly region: string;
  /** Names of the other watchers whose sign of life it asks for. */
  readonly heartbeats: readonly string[];
  /** Time that a trouble lasts before it is told, so that one that sees better comes first. */
  readonly delaySeconds: number;
  /** Whether it says once a day that all is well, where that is wanted. */
  readonly tellsDaily: boolean;
}

/** Builds the content of `/etc/imera/watch.json`, from which a watcher reads what to look at and whom to tell; pure. */
export function watchDocument({ stack, settings, services, nodes, ways, eye }: WatchInput) {
  const { domain, watchPeer, watchDailyHour } = settings;
  return {
    version: 1,
    stack,
    eye: eye.name,
    place: eye.region,
    role: eye.role,
    domain,
    accountUser: watchUser,
    hosts: domainHosts(domain),
    nodes: nodes.map(({ key, hostName, addresses }) => ({ key, name: hostName, ...addresses })),
    services: services.map(({ name, transports, ports, tls, reach, certificateHosts }) => ({
      name,
      transports,
      firstPort: ports.first,
      lastPort: ports.last,
      tls,
      reach,
      certificateNames: certificateHosts.map((role) => domainHosts(domain)[role]),
    })),
    records: watchedRecords(settings, services, nodes),
    resolvers: settings.watchResolvers,
    ipv6: true,
    peer: watchPeer === "" ? null : watchPeer,
    heartbeats: eye.heartbeats,
    delaySeconds: eye.delaySeconds,
    dailyLineHour: eye.tellsDaily && watchDailyHour !== "" ? watchDailyHour : null,
    documentation: null,
    caFile: null,
    ways,
  };
}

/** Records that the DNS must answer: all of one name and type together. */
interface WatchedRecords {
  /** Full name, without the last dot. */
  readonly name: string;
  readonly type: string;
  /** Values as `dig +short` writes them, sorted. None: there must be no such record. */
  readonly values: readonly string[];
}

function watchedRecords(
  settings: WatchSettings,
  services: readonly Service[],
  nodes: readonly WatchedNode[],
): WatchedRecords[] {
  const found = new Map<string, { name: string; type: string; values: string[] }>();
  for (const { name, type, data } of dnsRecords({ ...settings, services, nodes })) {
    const key = `${name} ${type}`;
    const record = found.get(key) ?? { name, type, values: [] };
    record.values.push(valueOf(data, nodes));
    found.set(key, record);
  }
  const ours = [...found.values()].map((record) => ({ ...record, values: record.values.toSorted() }));
  return [...ours, ...withoutCaa(settings, services)];
}

/**
 * Lists the CAA records that must not be: one of a host's own takes the place of the domain's (RFC 8659, section 3), and keeps its
 * certificate from being renewed.
 */
function withoutCaa({ domain }: WatchSettings, services: readonly Service[]): WatchedRecords[] {
  const hosts = certificateNames(domain, services).filter((name) => name !== domain);
  return hosts.map((name) => ({ name, type: "CAA", values: [] }));
}

function valueOf(data: RecordData, nodes: readonly WatchedNode[]): string {
  switch (data.kind) {
    case "address": {
      const node = nodes.find(({ key }) => key === data.node);
      if (node === undefined) throw new Error(`nodes: there is none with the key ${data.node}`);
      return node.addresses[data.address];
    }
    case "srv":
      return `${data.priority} ${data.weight} ${data.port} ${data.target}.`;
    case "caa":
      return `0 ${data.tag} ${JSON.stringify(data.value)}`;
  }
}
