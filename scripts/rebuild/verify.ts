import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { canaryUser } from "../../components/model/node-facts.ts";
import { GiveUp, waitUntil } from "../../host/wait-until.ts";
import { type CanaryLogin, logInAs } from "../network/node/canary-login.ts";
import type { NetworkNode, NetworkOutputs } from "../network/network-outputs.ts";
import { checkHealth } from "../network/node/health.ts";
import { openNode } from "../network/node/ssh.ts";
import { momentText } from "../../host/terminal/quantities.ts";
import { readRecovery } from "../network/node/recovery-record.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { RebuildReport } from "./report.ts";

/** What was found from outside. */
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
  const password = await access.secret("canaryPassword");
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
    probe: () => tryLogin({ domain, user: canaryUser, password, host, caBundle: access.outside.caBundle }),
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

/** A firewall may take a moment to open. A server that answers and refuses will do so again, and ban who goes on asking. */
async function tryLogin(login: CanaryLogin) {
  try {
    return { value: await logInAs(login) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { cause } = error;
    const isUnreachable = cause instanceof Error && ("code" in cause || cause.name === "TimeoutError");
    if (isUnreachable) return { seen: error.message };
    throw new GiveUp(error.message, { cause: error });
  }
}

/** Waits until the name servers of the domain send clients to the node. */
async function namesLeadTo(access: StackAccess, domain: string, node: NetworkNode): Promise<string> {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  resolver.setServers(await nameServers(access, domain));
  return waitUntil({
    what: `the DNS to send clients to ${node.name} at ${node.serviceIpv4}`,
    probe: async () => {
      const services = await resolver.resolveSrv(`_xmpp-client._tcp.${domain}`);
      const addresses = await resolver.resolve4(node.name);
      const isNamed = services.some(({ name }) => name === node.name);
      if (isNamed && addresses.length === 1 && addresses[0] === node.serviceIpv4) {
        return { value: `_xmpp-client._tcp.${domain} leads to ${node.name}, ${node.serviceIpv4}` };
      }
      return { seen: `${services.map(({ name }) => name).join(", ")}; ${node.name} is ${addresses.join(", ")}` };
    },
    intervalMs: 500,
    timeoutMs: patienceMs,
  });
}

const patienceMs = 120_000;

/** The domain's own, because others may remember what was there before the outage. */
async function nameServers(access: StackAccess, domain: string): Promise<string[]> {
  const given = access.outside.nameServers;
  if (given !== undefined) return [...given];
  const system = new Resolver();
  const labels = domain.split(".");
  for (let first = 0; first < labels.length - 1; first++) {
    const names = await system.resolveNs(labels.slice(first).join(".")).catch(() => []);
    const addresses = await Promise.all(names.map((name) => system.resolve4(name)));
    if (addresses.flat().length > 0) return addresses.flat().filter((address) => isIP(address) !== 0);
  }
  throw new Error(`The DNS names no name server for ${domain}. Is the domain still delegated to Cloudflare?`);
}
