import { Resolver } from "node:dns/promises";
import { messageOf } from "../../host/error.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { probeDirectTls, probeStarttls } from "../probes/xmpp-tls.ts";
import { isAbsent } from "../network/outside.ts";

/** Place where another domain says that its server is. */
export interface FoundServer {
  readonly host: string;
  readonly port: number;
  /** Whether TLS is spoken there from the first byte. */
  readonly isDirect: boolean;
  /** Of both families; IPv4 first. */
  readonly addresses: readonly string[];
}

/**
 * Looks up where the servers of a domain are (RFC 6120, section 3.2; XEP-0368), best first. Rejects where there is none, or the
 * domain says that it has none.
 */
export async function findServers({ outside }: StackAccess, domain: string): Promise<readonly FoundServer[]> {
  const resolver = new Resolver({ timeout: 2000, tries: 2 });
  if (outside.nameServers !== undefined) resolver.setServers([...outside.nameServers]);
  const labels = [
    ["_xmpps-server._tcp", true],
    ["_xmpp-server._tcp", false],
  ] as const;
  const records = (
    await Promise.all(
      labels.map(async ([label, isDirect]) => {
        const found = await absentIsEmpty(resolver.resolveSrv(`${label}.${domain}`));
        return found.map((record) => ({ ...record, isDirect }));
      }),
    )
  ).flat();
  const named = records.filter(({ name }) => name !== "");
  if (records.length > 0 && named.length === 0) throw new Error(`${domain} says that it has no XMPP server`);
  // Without SRV records the domain itself is the server.
  const hosts = named.length > 0 ? named : [{ name: domain, port: 5269, priority: 0, isDirect: false }];
  const servers = await Promise.all(
    hosts
      .toSorted((one, other) => one.priority - other.priority)
      .map(async ({ name, port, isDirect }) => {
        const addresses = await Promise.all([
          absentIsEmpty(resolver.resolve4(name)),
          absentIsEmpty(resolver.resolve6(name)),
        ]);
        return { host: name, port, isDirect, addresses: addresses.flat() };
      }),
  );
  if (servers.some(({ addresses }) => addresses.length > 0)) return servers;
  throw new Error(
    named.length > 0
      ? `${domain} names ${named.map(({ name }) => name).join(", ")}, which has no address`
      : `${domain} has neither SRV records nor an address: there is no such server`,
  );
}

async function absentIsEmpty<Value>(lookUp: Promise<Value[]>): Promise<Value[]> {
  try {
    return await lookUp;
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

/** Opens a stream to the servers of a domain, one after the other, and verifies the certificate. Rejects where none has a good one. */
export async function probeServers(
  servers: readonly FoundServer[],
  domain: string,
  trusted: readonly string[],
): Promise<string> {
  const failures: string[] = [];
  for (const { host, port, isDirect, addresses } of servers) {
    const [address] = addresses;
    if (address === undefined) continue;
    try {
      const endpoint = { address, port, domain, kind: "server", timeoutMs: stepLimitMs } as const;
      const facts = await (isDirect ? probeDirectTls : probeStarttls)(endpoint, { ca: [...trusted] });
      const until = facts.validUntil.slice(0, 10);
      return `${host}:${port} speaks ${facts.protocol} with a certificate for ${domain}, valid until ${until}`;
    } catch (error) {
      failures.push(`${host}:${port} at ${address}: ${messageOf(error)}`);
    }
  }
  throw new Error(failures.join("; "));
}

const stepLimitMs = 5_000;
