import { domainHosts, type HostRole, type Service } from "../model/services.ts";
import type { NodeAddresses } from "../model/node-facts.ts";

/** Input of the records. */
export interface DnsInput {
  readonly domain: string;
  /** A and AAAA records of the domain itself, beside those of its hosts. */
  readonly serveDomainApex: boolean;
  /** Whether each node has a reserved address beside its droplet's own. */
  readonly reservedIp: boolean;
  /** CAA name of the authority that the CAA record admits; empty: there is no such record. */
  readonly caaIssuer: string;
  /** URI of the only ACME account that may order certificates; empty: any may. */
  readonly acmeAccountUri: string;
  readonly services: readonly Service[];
  readonly nodes: readonly { readonly key: string; readonly hostName: string }[];
}

/** One DNS record. */
export interface RecordPlan {
  /** Last part of the resource's name. Made of roles and the nodes' keys: it stays when a value or the domain changes. */
  readonly key: string;
  readonly type: "A" | "AAAA" | "SRV" | "CAA";
  /** Full name, without the last dot. */
  readonly name: string;
  readonly data: RecordData;
}

/** Value of a record. An address is known only later, so it is given by the node and the field of its addresses. */
export type RecordData =
  | { readonly kind: "address"; readonly node: string; readonly address: keyof NodeAddresses }
  | {
      readonly kind: "srv";
      readonly priority: number;
      readonly weight: number;
      readonly port: number;
      /** Full name. */
      readonly target: string;
    }
  | { readonly kind: "caa"; readonly tag: "issue"; readonly value: string };

/** Lists all records of the network; pure. */
export function dnsRecords(input: DnsInput): readonly RecordPlan[] {
  return [...nodeRecords(input), ...hostRecords(input), ...srvRecords(input), ...caaRecords(input)];
}

/** Hosts that clients open connections to by name, at any node. */
const servedHosts = ["conference", "upload", "proxy", "pubsub"] as const satisfies readonly HostRole[];

function nodeRecords(input: DnsInput): RecordPlan[] {
  return input.nodes.flatMap(({ key, hostName }) => [
    // The droplet connects to other servers from its own address, which has the node's name in the reverse DNS.
    ...addressRecords(key, hostName, key, "publicIpv4"),
    ...(input.reservedIp ? addressRecords(`${key}-reserved`, reservedName(hostName), key, "serviceIpv4") : []),
  ]);
}

/** Gives the name of a node's reserved address, such as `xmpp1-reserved.example.org`. */
function reservedName(hostName: string): string {
  return hostName.replace(".", "-reserved.");
}

function hostRecords(input: DnsInput): RecordPlan[] {
  const hosts = domainHosts(input.domain);
  const roles: readonly HostRole[] = input.serveDomainApex ? ["domain", ...servedHosts] : servedHosts;
  return input.nodes.flatMap(({ key }) => [
    ...roles.flatMap((role) => addressRecords(`${role}-${key}`, hosts[role], key, "serviceIpv4")),
    // A relay answers with the droplet's own address, so that is the one to ask.
    ...addressRecords(`turn-${key}`, hosts.turn, key, "publicIpv4"),
  ]);
}

function addressRecords(key: string, name: string, node: string, ipv4: keyof NodeAddresses): RecordPlan[] {
  return [
    { key: `${key}-a`, type: "A", name, data: { kind: "address", node, address: ipv4 } },
    { key: `${key}-aaaa`, type: "AAAA", name, data: { kind: "address", node, address: "publicIpv6" } },
  ];
}

function srvRecords(input: DnsInput): RecordPlan[] {
  const hosts = domainHosts(input.domain);
  return input.services.flatMap((service) =>
    service.srv.flatMap(({ label, owners, target, priority, weight }) => {
      const targets = target === "turn" ? [{ key: "turn", hostName: hosts.turn }] : serviceNames(input);
      return owners.flatMap((owner) =>
        targets.map((node) => ({
          key: `${owner}${label.replaceAll(/[._]+/g, "-")}-${node.key}`,
          type: "SRV" as const,
          name: `${label}.${hosts[owner]}`,
          data: {
            kind: "srv" as const,
            priority,
            weight,
            port: service.ports.first,
            target: node.hostName,
          },
        })),
      );
    }),
  );
}

/** Gives each node with the name that leads to the address which stays. */
function serviceNames({ nodes, reservedIp }: DnsInput) {
  return nodes.map(({ key, hostName }) => ({ key, hostName: reservedIp ? reservedName(hostName) : hostName }));
}

function caaRecords(input: DnsInput): RecordPlan[] {
  if (input.caaIssuer === "") return [];
  return [
    {
      key: "domain-caa-issue",
      type: "CAA",
      name: input.domain,
      data: { kind: "caa", tag: "issue", value: caaValue(input) },
    },
  ];
}

/**
 * Gives the value of the domain's CAA record: the authority (RFC 8659); with a known account, RFC 8657 narrows it to that account
 * and to proofs by DNS. Empty where there is to be no record.
 */
export function caaValue({ caaIssuer, acmeAccountUri }: Pick<DnsInput, "caaIssuer" | "acmeAccountUri">): string {
  const account = acmeAccountUri === "" ? "" : `; accounturi=${acmeAccountUri}; validationmethods=dns-01`;
  return caaIssuer === "" ? "" : `${caaIssuer}${account}`;
}
