import { messageOf } from "../../host/error.ts";
import type { NetworkNode, NetworkOutputs } from "../network/network-outputs.ts";
import { readHealth } from "../network/node/health.ts";
import { openNode } from "../network/node/ssh.ts";
import { domainResolver, logInFromOutside, lookUpNode } from "../network/outside.ts";
import type { StackAccess } from "../network/stack-access.ts";

/** One check of a network; `detail` is what was found, or what stood in the way. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** A node with what was found about it. */
export interface InspectedNode extends Pick<NetworkNode, "name" | "publicIpv4" | "privateIpv4"> {
  /** True when users are served: backups and free space may be red. */
  readonly serving: boolean;
  readonly checks: readonly Finding[];
}

/** A network as it was found just now. */
export interface InspectedNetwork {
  readonly domain: string;
  readonly adminJid: string;
  /** True when every check of every node is green. */
  readonly healthy: boolean;
  /** True when all nodes serve their users. */
  readonly serving: boolean;
  readonly nodes: readonly InspectedNode[];
}

/** Asks a network how it is, from outside and on its nodes. Whatever does not answer is a red check. */
export async function inspectNetwork(access: StackAccess, outputs: NetworkOutputs): Promise<InspectedNetwork> {
  const { domain, adminJid } = outputs;
  const password = await access.required("canaryPassword");
  const nodes = await Promise.all(outputs.nodes.map((node) => inspectNode(access, { domain, password, node })));
  return {
    domain,
    adminJid,
    healthy: nodes.every(({ checks }) => checks.every(({ ok }) => ok)),
    serving: nodes.every(({ serving }) => serving),
    nodes,
  };
}

interface NodeOfDomain {
  readonly domain: string;
  /** Of the canary. */
  readonly password: string;
  readonly node: NetworkNode;
}

async function inspectNode(access: StackAccess, of: NodeOfDomain): Promise<InspectedNode> {
  const { node, domain, password } = of;
  // One after the other, what does not answer would be waited for three times.
  const [inside, ...outside] = await Promise.all([
    askNode(access, node),
    finding("DNS", () => leadsTo(access, domain, node)),
    finding("login", async () => (await logInFromOutside(access, domain, node, password)).jid),
  ]);
  const { name, publicIpv4, privateIpv4 } = node;
  const serving = inside.serving && outside.every(({ ok }) => ok);
  return { name, publicIpv4, privateIpv4, serving, checks: [...outside, ...inside.checks] };
}

async function leadsTo(access: StackAccess, domain: string, node: NetworkNode): Promise<string> {
  const found = await lookUpNode(await domainResolver(access, domain), domain, node);
  if ("value" in found) return found.value;
  throw new Error(`clients are not sent to ${node.name} at ${node.serviceIpv4}, but to ${found.seen}`);
}

async function askNode(access: StackAccess, node: NetworkNode) {
  try {
    await using session = await openNode(access, node);
    const { serving, checks } = await readHealth(session);
    return { serving, checks: [{ name: "SSH", ok: true, detail: "the node answers" }, ...checks] };
  } catch (error) {
    return { serving: false, checks: [{ name: "SSH", ok: false, detail: messageOf(error) }] };
  }
}

async function finding(name: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  }
}
