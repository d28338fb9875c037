import { Resolver } from "node:dns/promises";
import { domainResolver } from "../network/outside.ts";
import type { StackAccess } from "../network/stack-access.ts";

/** Resolver that is asked for the network's names. */
export interface NamedResolver {
  /** Name in findings, such as `1.1.1.1`. */
  readonly name: string;
  readonly resolver: Resolver;
  /** True of the domain's own name servers, false of those that may remember what was there before. */
  readonly authoritative: boolean;
}

/** Opens the domain's own name servers, and outside of a local cloud three that many people use. */
export async function namedResolvers(access: StackAccess, domain: string): Promise<readonly NamedResolver[]> {
  const own = await domainResolver(access, domain);
  const authority = { name: "the domain's name servers", resolver: own, authoritative: true };
  return access.outside.nameServers === undefined ? [authority, ...publicResolvers.map(named)] : [authority];
}

/** Addresses of resolvers that many people use, of three operators. */
const publicResolvers = ["1.1.1.1", "8.8.8.8", "9.9.9.9"] as const;

function named(address: string): NamedResolver {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  resolver.setServers([address]);
  return { name: address, resolver, authoritative: false };
}
