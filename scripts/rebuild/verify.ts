import { isUnreachable } from "../../host/error.ts";
import { notYetOn, waitUntil } from "../../host/wait-until.ts";
import { inspectCaa } from "../network/caa.ts";
import type { NetworkNode, NetworkOutputs } from "../network/network-outputs.ts";
import { checkHealth } from "../network/node/health.ts";
import { openNode } from "../network/node/ssh.ts";
import { domainResolver, logInFromOutside, lookUpNode } from "../network/outside.ts";
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
  const caa = await inspectCaa(access, outputs.domain);
  if (caa.isWarning) warnings.push(`CAA: ${caa.text}`);
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
      value: await logInFromOutside(access, domain, node, password),
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
  const resolver = await domainResolver(access, domain);
  return waitUntil({
    what: `the DNS to send clients to ${node.name} at ${node.serviceIpv4}`,
    probe: notYetOn(isDnsFailure, () => lookUpNode(resolver, domain, node)),
    intervalMs: 500,
    timeoutMs: patienceMs,
  });
}

const patienceMs = 120_000;

/** A record that is not there yet, or a name server that does not answer for a moment. */
function isDnsFailure(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && String(error.syscall).startsWith("query");
}
