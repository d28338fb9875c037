import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { canaryUser } from "../../components/model/node-facts.ts";
import { isUnreachable, messageOf } from "../../host/error.ts";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { logInAs } from "../network/node/canary-login.ts";
import type { NetworkNode, NetworkOutputs } from "../network/network-outputs.ts";
import { checkHealth } from "../network/node/health.ts";
import { openNode } from "../network/node/ssh.ts";
import { momentText } from "../../host/terminal/quantities.ts";
import { readRecovery } from "../network/node/recovery-record.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { RebuildReport } from "./report.ts";

/** Findings of a look at the network from outside: checks that passed, warnings, and how each node recovered. */
export type Verified = Pick<RebuildReport, "checks" | "warnings" | "recoveries">;

/**
 * Looks at the network as a client does: DNS leads to each node, TLS with the domain's certificate, the canary's login through
 * the public port; then asks each node over SSH. Throws at the first thing that is not as it has to be.
 */
export async function verify(
  access: StackAccess,
  outputs: NetworkOutputs,
  report: (line: string) => void,
): Promise<Verified> {
  const password = await access.required("canaryPassword");
  const checks: { name: string; detail: string }[] = [];
  const warnings: string[] = [];
  const recoveries: RebuildReport["recoveries"] = [];
  for (const node of outputs.nodes) {
    report(`DNS of ${node.name}`);
    checks.push({ name: "DNS", detail: await namesLeadTo(access, outputs.domain, node) });
    report(`login at ${node.name}`);
    checks.push(...(await login(access, outputs.domain, node, password)));
    report(`health of ${node.name}`);
    await using session = await openNode(access, node);
    warnings.push(...(await checkHealth(session)));
    checks.push({ name: "health", detail: `${node.name} serves` });
    recoveries.push({ node: node.name, ...(await readRecovery(session)) });
  }
  return { checks, warnings, recoveries };
}

async function login(access: StackAccess, domain: string, node: NetworkNode, password: string) {
  const host = node.serviceIpv4;
  const { jid, certificateValidUntil } = await waitUntil({
    what: `a client to log in at ${host}`,
    probe: notYetOn(isConnectionFailure, async () => ({
      value: await logInAs({ domain, user: canaryUser, password, host, caBundle: access.outside.caBundle }),
    })),
    intervalMs: 500,
    timeoutMs: patienceMs,
  });
  return [
    {
      name: "TLS",
      detail: `${host}:5222 has a certificate for ${domain}, valid until ${momentText(certificateValidUntil)}`,
    },
    { name: "login", detail: jid },
  ];
}

/**
 * A firewall may take a moment to open, and a certificate to be served: TCP and TLS failures have a code. A server that answers
 * and refuses will do so again, and ban who goes on asking.
 */
function isConnectionFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return isUnreachable(error) || (error.cause instanceof Error && "code" in error.cause);
}

/** Waits until the name servers of the domain send clients to the node. */
async function namesLeadTo(access: StackAccess, domain: string, node: NetworkNode): Promise<string> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  resolver.setServers(await nameServers(access, domain));
  return waitUntil({
    what: `the DNS to send clients to ${node.name} at ${node.serviceIpv4}`,
    probe: notYetOn(isDnsFailure, async () => {
      const services = await resolver.resolveSrv(`_xmpp-client._tcp.${domain}`);
      const addresses = await resolver.resolve4(node.name);
      const isNamed = services.some(({ name }) => name === node.name);
      if (isNamed && addresses.length === 1 && addresses[0] === node.serviceIpv4) {
        return { value: `_xmpp-client._tcp.${domain} leads to ${node.name}, ${node.serviceIpv4}` };
      }
      return notYet(`${services.map(({ name }) => name).join(", ")}; ${node.name} is ${addresses.join(", ")}`);
    }),
    intervalMs: 500,
    timeoutMs: patienceMs,
  });
}

const patienceMs = 120_000;

/** A record that is not there yet, or a name server that does not answer for a moment. */
function isDnsFailure(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && String(error.syscall).startsWith("query");
}

/** The domain's own, because others may remember what was there before the outage. */
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
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENODATA" || code === "ENOTFOUND") return [];
    throw new Error(
      `This machine's DNS does not say which name servers ${name} has (${messageOf(error)}). Does it resolve other names?`,
      { cause: error },
    );
  }
}
