import { Resolver } from "node:dns/promises";
import { isIPv6 } from "node:net";
import type { NetworkNode } from "../../network/network-outputs.ts";
import { type Check } from "../check.ts";
import { type Finding, warning, well } from "../finding.ts";
import { isAbsent } from "../../network/outside.ts";

/** Check of what strangers are told of the nodes' addresses: their names in the DNS, and whether a block list has them. */
export const reputationCheck: Check = {
  name: "reputation",
  look: async ({ access, outputs }) => {
    if (access.run !== undefined) return [well("reputation", "not asked: addresses of a local cloud are nobody's")];
    // This machine's own: block lists do not answer those that everybody uses.
    const resolver = new Resolver({ timeout: 2000, tries: 2 });
    const looks = outputs.nodes.map(async (node) => judgeReputation(node, await lookUp(resolver, node)));
    return (await Promise.all(looks)).flat();
  },
};

/** Everything that is said of a node's addresses. */
export interface Reputation {
  /** Names by address. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Answers of the block list for the IPv4 address; empty: it is not listed. */
  readonly listed: readonly string[];
}

/** Judges what is said of a node's addresses. */
export function judgeReputation(node: Pick<NetworkNode, "name">, { names, listed }: Reputation): readonly Finding[] {
  const unnamed = [...names].filter(([, found]) => !found.includes(node.name));
  // 127.255.255.x is the list's refusal to answer this resolver.
  const hits = listed.filter((answer) => answer.startsWith("127.") && !answer.startsWith("127.255.255."));
  const troubles = [
    ...unnamed.map(([address, found]) =>
      warning({
        id: `reverse-dns:${address}`,
        seen: found.join(", ") || "no name",
        wanted: node.name,
        meaning: "Some servers distrust an address without the name of its machine.",
        next: `name the droplet ${node.name} again at DigitalOcean: its name is the address's name`,
      }),
    ),
    ...(hits.length === 0
      ? []
      : [
          warning({
            id: `block-list:${node.name}`,
            seen: `zen.spamhaus.org answers ${hits.join(", ")}`,
            wanted: "no entry",
            meaning: "Some servers refuse connections from this address, or soon will.",
            next: "https://check.spamhaus.org says why, and takes it off; a reserved IP is another address",
          }),
        ]),
  ];
  return troubles.length > 0
    ? troubles
    : [well(`reputation:${node.name}`, "its addresses bear its name, and are not listed")];
}

async function lookUp(resolver: Resolver, node: NetworkNode): Promise<Reputation> {
  const addresses = [node.publicIpv4, node.publicIpv6].filter((address) => address !== "");
  const names = await Promise.all(
    addresses.map(async (address) => [address, await absentIsEmpty(resolver.reverse(address))] as const),
  );
  const ipv4 = addresses.find((address) => !isIPv6(address)) ?? "";
  const question = `${ipv4.split(".").toReversed().join(".")}.zen.spamhaus.org`;
  return { names: new Map(names), listed: await resolver.resolve4(question).catch(() => []) };
}

async function absentIsEmpty(look: Promise<string[]>): Promise<readonly string[]> {
  return look.catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw error;
  });
}
