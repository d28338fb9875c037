import type {
  CaaAnswer,
  MxAnswer,
  Question,
  SoaAnswer,
  SrvAnswer,
  StringAnswer,
  TlsaAnswer,
  TxtAnswer,
} from "dns-packet";

/** One record: full name without its final dot, type, `ttl` in seconds, data as `dns-packet` wants it. */
export type DnsRecord = StringAnswer | CaaAnswer | MxAnswer | SoaAnswer | SrvAnswer | TlsaAnswer | TxtAnswer;

/** A zone that the server answers for with authority. */
export interface DnsZone {
  /** Lower case, without a final dot. */
  readonly name: string;
  /** For its NS and SOA records, where the zone has none of its own. */
  readonly nameServers: readonly string[];
  readonly records: readonly DnsRecord[];
}

/** Answer of the zones to one question. */
export interface ZoneAnswer {
  readonly rcode: "NOERROR" | "NXDOMAIN";
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** Target of a CNAME that leads out of the zones: a name that another resolver has to look up. */
  readonly elsewhere?: string;
}

/** Finds the zone that `name` belongs to: the longest of `zones` at or above it. Undefined when none is. */
export function zoneOf(name: string, zones: readonly DnsZone[]): DnsZone | undefined {
  const inside = zones.filter((zone) => isAtOrBelow(name, zone.name));
  return inside.sort((a, b) => b.name.length - a.name.length)[0];
}

/** Tells whether `name` is `suffix` or a subdomain of it. Case and a final dot do not matter. */
export function isAtOrBelow(name: string, suffix: string): boolean {
  const plain = canonical(name);
  return plain === canonical(suffix) || plain.endsWith(`.${canonical(suffix)}`);
}

/**
 * Answers a question from the zones, following CNAMEs through them (RFC 1034, section 4.3.2) and synthesising wildcards
 * (RFC 4592). The question's name must be in one of them. Owner names are spelled as the question spells them.
 */
export function answerFromZones(question: Question, zones: readonly DnsZone[]): ZoneAnswer {
  const answers: DnsRecord[] = [];
  let name = question.name;
  for (let steps = 0; steps < longestChain; steps += 1) {
    const zone = zoneOf(name, zones);
    if (zone === undefined) return { rcode: "NOERROR", answers, authorities: [], additionals: [], elsewhere: name };
    const node = nodeAt(name, zone);
    const found = node.filter(({ type }) => type === question.type || (question.type as string) === "ANY");
    const alias = node.find(isAlias);
    if (found.length === 0 && alias === undefined) return nothing(zone, answers, exists(name, zone));
    if (alias === undefined || found.length > 0) {
      answers.push(...found);
      return { rcode: "NOERROR", answers, authorities: [], additionals: addressesOfTargets(found, zones) };
    }
    answers.push(alias);
    name = alias.data;
  }
  return { rcode: "NOERROR", answers, authorities: [], additionals: [] };
}

const longestChain = 8;

/**
 * TTL of a negative answer (RFC 2308). Short, so that a record made a moment ago is found: an ACME challenge is asked for
 * before and after it is published.
 */
const negativeTtlSeconds = 1;

function isAlias(record: DnsRecord): record is StringAnswer {
  return record.type === "CNAME";
}

function nothing(zone: DnsZone, answers: readonly DnsRecord[], nameExists: boolean): ZoneAnswer {
  return {
    rcode: nameExists ? "NOERROR" : "NXDOMAIN",
    answers,
    authorities: [startOfAuthority(zone)],
    additionals: [],
  };
}

/** The records at `name`, or those that a wildcard makes there. */
function nodeAt(name: string, zone: DnsZone): DnsRecord[] {
  const source = isInTree(name, zone) ? canonical(name) : wildcardAbove(name, zone);
  return [...zone.records, ...apexRecords(zone)]
    .filter((record) => canonical(record.name) === source)
    .map((record) => ({ ...record, name }));
}

function exists(name: string, zone: DnsZone): boolean {
  return isInTree(name, zone) || nodeAt(name, zone).length > 0;
}

/** A name is in the tree when it has records, or when a name below it has some: then it is an empty one, not a missing one. */
function isInTree(name: string, zone: DnsZone): boolean {
  return canonical(name) === zone.name || zone.records.some((record) => isAtOrBelow(record.name, name));
}

/** The wildcard below the closest name above `name` that is there (RFC 4592, section 3.3.1). */
function wildcardAbove(name: string, zone: DnsZone): string {
  const labels = canonical(name).split(".").slice(1);
  const parents = labels.map((_, index) => labels.slice(index).join("."));
  return `*.${parents.find((parent) => isInTree(parent, zone)) ?? zone.name}`;
}

function apexRecords(zone: DnsZone): DnsRecord[] {
  const own = (type: string) =>
    zone.records.some((record) => record.type === type && canonical(record.name) === zone.name);
  const servers = zone.nameServers.map((data): DnsRecord => ({ type: "NS", name: zone.name, ttl: 300, data }));
  return [...(own("SOA") ? [] : [startOfAuthority(zone)]), ...(own("NS") ? [] : servers)];
}

function startOfAuthority(zone: DnsZone): DnsRecord {
  const data = {
    mname: zone.nameServers[0] ?? zone.name,
    rname: `hostmaster.${zone.name}`,
    serial: 1,
    refresh: 300,
    retry: 60,
    expire: 86400,
    minimum: negativeTtlSeconds,
  };
  return { type: "SOA", name: zone.name, ttl: negativeTtlSeconds, data };
}

function addressesOfTargets(records: readonly DnsRecord[], zones: readonly DnsZone[]): DnsRecord[] {
  const targets = new Set(records.flatMap(targetOf).map(canonical));
  return [...targets].flatMap((target) => {
    const zone = zoneOf(target, zones);
    return zone === undefined ? [] : nodeAt(target, zone).filter(({ type }) => type === "A" || type === "AAAA");
  });
}

function targetOf(record: DnsRecord): string[] {
  switch (record.type) {
    case "SRV":
      return [record.data.target];
    case "MX":
      return [record.data.exchange];
    case "NS":
      return [record.data];
    default:
      return [];
  }
}

function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
