import type { RecordPlan } from "./dns-records.ts";

/** Record in a zone, as Cloudflare's API shows it. */
export interface ZoneRecord {
  readonly id: string;
  readonly type: string;
  /** Full name, without the last dot. */
  readonly name: string;
  readonly content: string;
  /** Of MX and SRV records. */
  readonly priority?: number | undefined;
}

/** Names that a network is to have in a zone. */
export interface WantedNames {
  readonly domain: string;
  /** Name of the zone itself. */
  readonly zone: string;
  readonly records: readonly RecordPlan[];
  /** Host names in the certificate; each is proved by a TXT record at `_acme-challenge.` below which it stands. */
  readonly certificateNames: readonly string[];
  /** CAA name of the authority that certificates come from; empty: not known. */
  readonly authority: string;
  /** Ids of the records in the stack's state. */
  readonly ownIds: ReadonlySet<string>;
}

/** Finds every record that is in the way of a network's own, a line each, with what to do about it. Pure. */
export function zoneProblems(wanted: WantedNames, zone: readonly ZoneRecord[]): string[] {
  const foreign = zone.filter(({ id }) => !wanted.ownIds.has(id));
  const at = Map.groupBy(foreign, ({ name }) => name.toLowerCase());
  const delegated = delegations(wanted, foreign);
  if (delegated.length > 0) return delegated;
  return [...sameNames(wanted, at), ...challenges(wanted, at), ...lockedOut(wanted, at)];
}

type Names = ReadonlyMap<string, readonly ZoneRecord[]>;

/** Names of the network, or above it, that other name servers answer for. The zone's own NS records are not listed. */
function delegations({ records, domain, zone }: WantedNames, foreign: readonly ZoneRecord[]): string[] {
  const names = new Set([domain, ...records.map(({ name }) => name)].flatMap(withParents));
  return foreign
    .filter(({ type, name }) => type === "NS" && name !== zone && names.has(name.toLowerCase()))
    .map((record) => {
      const host = record.name === domain ? domain : `${record.name} and all below it`;
      return `${shown(record)} hands ${host} to other name servers, so nobody would see this stack's records. ${remove}`;
    });
}

function withParents(name: string): string[] {
  const labels = name.split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

function sameNames({ records, zone }: WantedNames, at: Names): string[] {
  const types = new Map<string, Set<string>>();
  for (const { name, type } of records) types.set(name, (types.get(name) ?? new Set()).add(type));
  return [...types].flatMap(([name, wanted]) =>
    (at.get(name) ?? []).flatMap((record) => {
      const hasAddress = wanted.has("A") || wanted.has("AAAA");
      // Cloudflare flattens an alias of the zone itself: it answers with addresses, and other records stand beside it.
      if (record.type === "CNAME" && name === zone && !hasAddress) return [];
      const harm = record.type === "CNAME" ? aliasHarm : wanted.has(record.type) ? harms[record.type] : undefined;
      return harm === undefined ? [] : [`${shown(record)} ${harm}. ${remove}`];
    }),
  );
}

const aliasHarm = "leaves no room for another record of this name";
const harms: Readonly<Record<string, string>> = {
  A: "would share the connections to this name with the node",
  AAAA: "would share the connections to this name with the node",
  SRV: "sends clients and servers elsewhere, all of them or some",
};

const remove = "Delete it, or give this network another domain";

function challenges({ certificateNames }: WantedNames, at: Names): string[] {
  return certificateNames.flatMap((host) =>
    (at.get(`_acme-challenge.${host}`) ?? [])
      .filter(({ type }) => type === "CNAME" || type === "NS")
      .map(
        (record) => `${shown(record)} keeps the node from proving to the authority that ${host} is its own. Delete it`,
      ),
  );
}

/**
 * CAA records that keep the authority from issuing (RFC 8659): a name goes by the nearest ones above it, and the network's own
 * are added to those at the domain.
 */
function lockedOut({ certificateNames, records, authority }: WantedNames, at: Names): string[] {
  if (authority === "") return [];
  const own = new Set(records.filter(({ type }) => type === "CAA").map(({ name }) => name));
  const refused = certificateNames.flatMap((host) => {
    const nearest = withParents(host).find((name) => own.has(name) || issuers(at, name).length > 0);
    if (nearest === undefined || own.has(nearest)) return [];
    const found = issuers(at, nearest);
    return found.some(({ content }) => admits(content, authority)) ? [] : found;
  });
  return [...new Set(refused)].map(
    (record) =>
      `${shown(record)} keeps ${authority} from issuing the certificate. Add a CAA record that admits it, or delete this one`,
  );
}

function issuers(at: Names, name: string): ZoneRecord[] {
  return (at.get(name) ?? []).filter(({ type, content }) => type === "CAA" && /^\d+ issue /i.test(content));
}

function admits(content: string, authority: string): boolean {
  const value = /^\d+ issue "?([^";\s]*)/i.exec(content)?.[1];
  return value?.toLowerCase() === authority;
}

function shown({ type, name, content, priority }: ZoneRecord): string {
  return `the record "${name} ${type} ${priority === undefined ? "" : `${priority} `}${content}"`;
}
