import { type NamedStack, networkCommandLine, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { factList, wrapped } from "../../host/terminal/text-table.ts";
import type { Finding } from "./finding.ts";
import type { InspectedNetwork, InspectedNode } from "./inspect-network.ts";

/**
 * Describes a network for people, on 80 columns: whether it serves, each check, what to do where one is red, how to log in.
 * `login` says the last for a local cloud.
 */
export function describeNetwork(network: InspectedNetwork, stack: NamedStack, login?: string): string {
  const parts = [
    wrapped(verdict(network)).join("\n"),
    ...network.nodes.map(describeNode),
    `eyes outside\n${describeChecks([network.watcher])}`,
    `backups at another provider\n${describeChecks([network.copy])}`,
  ];
  if (!network.healthy) parts.push(advice(network, stack));
  return [...parts, login ?? productionLogin(network, stack)].join("\n\n");
}

function verdict({ domain, healthy, serving, nodes, copy, watcher }: InspectedNetwork): string {
  const checks = [...nodes.flatMap((node) => node.checks), copy, watcher];
  const gaps = checks.filter(({ isGap }) => isGap === true);
  const judged = checks.length - gaps.length;
  const lacks =
    gaps.length === 0 ? "" : `\n${gaps.length} marked – ${gaps.length === 1 ? "is" : "are"} neither green nor red.`;
  if (healthy) return `${domain} is up: all ${judged} checks are green.${lacks}`;
  const red = checks.filter(({ ok }) => !ok).length;
  const counted = `${red} of ${judged} checks ${red === 1 ? "is" : "are"} red.${lacks}`;
  return serving ? `${domain} serves its users, but ${counted}` : `${domain} does NOT serve its users: ${counted}`;
}

/** Red ones first, then what is not there. */
function describeNode({ name, publicIpv4, checks }: InspectedNode): string {
  const sorted = checks.toSorted((one, other) => rank(one) - rank(other));
  return `${name}, ${publicIpv4}\n${describeChecks(sorted)}`;
}

function describeChecks(checks: readonly Finding[]): string {
  return factList(
    checks.map((check) => [`${marks[rank(check)] ?? ""} ${check.name}`, firstLine(check.detail)] as const),
  );
}

const marks = ["✗", "–", "✓"];

function rank({ ok, isGap }: Finding): number {
  if (!ok) return 0;
  return isGap === true ? 1 : 2;
}

/** Programs' answers may have many lines; the node's own words are in full in `--json`. */
function firstLine(detail: string): string {
  return detail.trim().split("\n").slice(0, 3).join("\n");
}

function advice({ nodes }: InspectedNetwork, stack: NamedStack): string {
  const [node] = nodes[0]?.name.split(".") ?? [];
  return factList([
    ["look there", sshCommandLine(stack, node ?? "")],
    ["mend it there", sshCommandLine(stack, node ?? "", "/usr/local/lib/imera/converge")],
    ["build what is gone", networkCommandLine("rebuild", stack)],
    ["more", "docs/troubleshooting.md says what each check asks for"],
  ]);
}

function productionLogin({ adminJid }: InspectedNetwork, stack: NamedStack): string {
  return factList([
    ["account", adminJid],
    ["first password", pulumiCommandLine(stack, "config", "get", "imera:adminPassword")],
  ]);
}

function sshCommandLine(stack: NamedStack, ...args: readonly string[]): string {
  return networkCommandLine("ssh", stack, ...args);
}
