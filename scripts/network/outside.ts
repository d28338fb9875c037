import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { canaryUser } from "../../components/model/node-facts.ts";
import { messageOf } from "../../host/error.ts";
import { notYet, type Observation } from "../../host/wait-until.ts";
import { type LoggedIn, logInAs } from "./node/canary-login.ts";
import type { NetworkNode } from "./network-outputs.ts";
import type { StackAccess } from "./stack-access.ts";

/**
 * Logs in as the canary at a node as any client does: through the public port, TLS with the domain's certificate. Rejects with
 * what stood in the way.
 */
export function logInFromOutside(
  { outside }: StackAccess,
  domain: string,
  { serviceIpv4: host }: NetworkNode,
  password: string,
): Promise<LoggedIn> {
  return logInAs({ domain, user: canaryUser, password, host, caBundle: outside.caBundle });
}

/** Makes a resolver that asks the domain's own name servers, because others may remember what was there before an outage. */
export async function domainResolver(access: StackAccess, domain: string): Promise<Resolver> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  resolver.setServers(await nameServers(access, domain));
  return resolver;
}

/** Looks whether the DNS sends clients to the node: a sentence that says so, or what is there instead. Rejects as DNS does. */
export async function lookUpNode(resolver: Resolver, domain: string, node: NetworkNode): Promise<Observation<string>> {
  const services = await resolver.resolveSrv(`_xmpp-client._tcp.${domain}`);
  const targets = await Promise.all(
    services.map(async ({ name }) => ({ name, addresses: await resolver.resolve4(name) })),
  );
  const target = targets.find(({ addresses }) => addresses.join() === node.serviceIpv4);
  if (target !== undefined) {
    return { value: `_xmpp-client._tcp.${domain} leads to ${target.name}, ${node.serviceIpv4}` };
  }
  return notYet(targets.map(({ name, addresses }) => `${name} at ${addresses.join(", ")}`).join("; "));
}

async function nameServers(access: StackAccess, domain: string): Promise<string[]> {
  const given = access.outside.nameServers;
  if (given !== undefined) return [...given];
  const system = new Resolver();
  const labels = domain.split(".");
  for (let first = 0; first < labels.length - 1; first++) {
    const names = await nameServerNames(system, labels.slice(first).join("."));
    const addresses = await Promise.all(names.map((name) => system.resolve4(name)));
    if (addresses.flat().length > 0) return addresses.flat().filter((address) => isIP(address) !== 0);
  }
  throw new Error(`The DNS names no name server for ${domain}. Is the domain still delegated to Cloudflare?`);
}

/** Empty where the name has none of its own. */
async function nameServerNames(system: Resolver, name: string): Promise<string[]> {
  try {
    return await system.resolveNs(name);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw new Error(
      `This machine's DNS does not say which name servers ${name} has (${messageOf(error)}). Does it resolve other names?`,
      { cause: error },
    );
  }
}

/** Says whether a resolver's error means that there is no such record. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENODATA" || error.code === "ENOTFOUND");
}
