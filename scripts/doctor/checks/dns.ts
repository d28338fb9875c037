import { dnsRecords, type RecordData } from "../../../components/dns/dns-records.ts";
import { canonicalIpv6 } from "../../../components/model/ipv6.ts";
import { networkCommandLine, pulumiCommandLine } from "../../../host/terminal/advice.ts";
import type { Check } from "../check.ts";
import { type Finding, failure, warning, well } from "../finding.ts";
import type { ExaminedNetwork } from "../examined-network.ts";
import { isAbsent } from "../../network/outside.ts";
import { type NamedResolver, namedResolvers } from "../resolvers.ts";

/** Check of every name of the network, at the domain's own name servers and at those that many people use. */
export const dnsCheck: Check = {
  name: "DNS",
  look: async (network) => {
    const resolvers = await namedResolvers(network.access, network.outputs.domain);
    const names = wantedNames(network);
    const answers = await Promise.all(resolvers.map((resolver) => askAll(resolver, names)));
    return judgeDns(network, names, answers);
  },
};

/** Records of one name and type that the stack makes. */
export interface WantedName {
  readonly name: string;
  readonly type: "A" | "AAAA" | "SRV";
  /** Values in one spelling, sorted. */
  readonly values: readonly string[];
}

/** Answers of a resolver, in the order of the names; undefined: it did not answer. */
export interface ResolverAnswers {
  readonly resolver: Pick<NamedResolver, "name" | "authoritative">;
  readonly values: readonly (readonly string[] | undefined)[];
}

/** Lists the names of a network with their records, as its settings and its nodes' addresses have them. */
export function wantedNames({ settings, outputs, services }: ExaminedNetwork): readonly WantedName[] {
  const nodes = settings.nodes.map((key) => ({ key, hostName: `${key}.${settings.domain}` }));
  const records = dnsRecords({ ...settings, services, nodes }).filter(({ type }) => type !== "CAA");
  const byName = Map.groupBy(records, ({ name, type }) => `${name} ${type}`);
  return [...byName.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined || first.type === "CAA") return [];
    const values = same.map(({ data }) => valueOf(data, outputs)).toSorted();
    return [{ name: first.name, type: first.type, values }];
  });
}

function valueOf(data: RecordData, outputs: ExaminedNetwork["outputs"]): string {
  switch (data.kind) {
    case "srv":
      return srvText(data.priority, data.weight, data.port, data.target);
    case "caa":
      return data.value;
    case "address": {
      const node = outputs.nodes.find(({ name }) => name.startsWith(`${data.node}.`));
      const address = node?.[data.address] ?? "";
      return address.includes(":") ? canonicalIpv6(address) : address;
    }
  }
}

function srvText(priority: number, weight: number, port: number, target: string): string {
  return `${priority} ${weight} ${port} ${target.toLowerCase()}`;
}

async function askAll(resolver: NamedResolver, names: readonly WantedName[]): Promise<ResolverAnswers> {
  return { resolver, values: await Promise.all(names.map((name) => ask(resolver, name))) };
}

async function ask({ resolver }: NamedResolver, { name, type }: WantedName): Promise<readonly string[] | undefined> {
  try {
    if (type === "A") return (await resolver.resolve4(name)).toSorted();
    if (type === "AAAA") return (await resolver.resolve6(name)).map(canonicalIpv6).toSorted();
    const records = await resolver.resolveSrv(name);
    return records.map((srv) => srvText(srv.priority, srv.weight, srv.port, srv.name)).toSorted();
  } catch (error) {
    return isAbsent(error) ? [] : undefined;
  }
}

/** Judges the answers of all resolvers. Those that did not answer at all are left out, unless they are the domain's own. */
export function judgeDns(
  network: Pick<ExaminedNetwork, "access">,
  names: readonly WantedName[],
  answers: readonly ResolverAnswers[],
): readonly Finding[] {
  const silent = answers.filter(({ values }) => values.every((value) => value === undefined));
  const troubles = [
    ...silent.filter(({ resolver }) => resolver.authoritative).map(silence),
    ...names.flatMap((wanted, index) => judgeName(network, wanted, index, answers)),
  ];
  if (troubles.length > 0) return troubles;
  const heard = answers.length - silent.length;
  return [well("dns", `${names.length} names are as the stack has them, at ${heard} of ${answers.length} resolvers`)];
}

function silence({ resolver }: ResolverAnswers): Finding {
  return failure({
    id: "dns-silent",
    seen: `${resolver.name} did not answer`,
    wanted: "an answer within 6 s",
    meaning: "Clients and other servers do not find the network once what they remember has run out.",
    next: "see the zone's state in Cloudflare's control panel, and https://www.cloudflarestatus.com",
    explains: ["caa", "delegation", "dnssec"],
  });
}

function judgeName(
  { access }: Pick<ExaminedNetwork, "access">,
  wanted: WantedName,
  index: number,
  answers: readonly ResolverAnswers[],
): readonly Finding[] {
  const about = `${wanted.name} ${wanted.type}`;
  const heard = answers.flatMap(({ resolver, values }) => {
    const seen = values[index];
    return seen === undefined
      ? []
      : [{ resolver, seen, missing: without(wanted.values, seen), foreign: without(seen, wanted.values) }];
  });
  const isWrong = ({ missing, foreign }: (typeof heard)[number]) => missing.length + foreign.length > 0;
  const evidence = (seen: readonly string[], where: string) => ({
    seen: `${seen.join(", ") || "nothing"} (${where})`,
    wanted: wanted.values.join(", "),
  });
  const own = heard.find(({ resolver }) => resolver.authoritative);
  if (own !== undefined && isWrong(own)) {
    const shown = evidence(own.seen, own.resolver.name);
    return [
      own.foreign.length === 0
        ? failure({
            id: `dns-missing:${about}`,
            ...shown,
            meaning: harmOf(wanted),
            next: pulumiCommandLine(access, "up"),
          })
        : own.missing.length === 0
          ? failure({
              id: `dns-foreign:${about}`,
              ...shown,
              meaning: "Some clients or servers are led to a machine that is not this network's.",
              next: `${pulumiCommandLine(access, "preview")} names the record; delete it in the zone`,
            })
          : failure({
              id: `dns-wrong:${about}`,
              ...shown,
              meaning: harmOf(wanted),
              next: pulumiCommandLine(access, "up"),
            }),
    ];
  }
  return heard.filter(isWrong).map(({ resolver, seen }) =>
    warning({
      id: `dns-stale:${about}`,
      ...evidence(seen, resolver.name),
      meaning:
        "Whoever asks there is led to where the network was before, until the record's time to live has run out.",
      next: networkCommandLine("doctor", access, "--wait", "10"),
    }),
  );
}

function harmOf({ name, type }: WantedName): string {
  return type === "SRV"
    ? `Clients or servers that look for ${name.split(".", 2).join(".")} do not find the network.`
    : `Whoever connects to ${name} by ${type === "A" ? "IPv4" : "IPv6"} does not reach the network.`;
}

function without(values: readonly string[], others: readonly string[]): readonly string[] {
  return values.filter((value) => !others.includes(value));
}
