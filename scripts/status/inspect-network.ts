import { messageOf } from "../../host/error.ts";
import { networkCommandLine } from "../../host/terminal/advice.ts";
import { agoText } from "../../host/terminal/quantities.ts";
import { copyKeepDays, copyKey, copyPlace, placeOf } from "../copy/copy-settings.ts";
import { readCopyStatus } from "../copy/copy-status.ts";
import { openBucket } from "../object-store/bucket.ts";
import { inspectCaa } from "../network/caa.ts";
import type { NetworkNode, NetworkOutputs } from "../network/network-outputs.ts";
import { readHealth } from "../network/node/health.ts";
import { openNode } from "../network/node/ssh.ts";
import { domainResolver, logInFromOutside, lookUpNode } from "../network/outside.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { Finding } from "./finding.ts";
import { inspectWatcher } from "./inspect-watcher.ts";

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
  /** The copy of the backups at another provider. */
  readonly copy: Finding;
  /** The droplet that watches. */
  readonly watcher: Finding;
}

/** Asks a network how it is, from outside and on its nodes. Whatever does not answer is a red check. */
export async function inspectNetwork(access: StackAccess, outputs: NetworkOutputs): Promise<InspectedNetwork> {
  const { domain, adminJid } = outputs;
  const password = await access.required("canaryPassword");
  const [copy, watcher, ...nodes] = await Promise.all([
    inspectCopy(access),
    inspectWatcher(access, outputs.watcher),
    ...outputs.nodes.map((node) => inspectNode(access, { domain, password, node })),
  ]);
  return {
    domain,
    adminJid,
    healthy: copy.ok && watcher.ok && nodes.every(({ checks }) => checks.every(({ ok }) => ok)),
    serving: nodes.every(({ serving }) => serving),
    nodes,
    copy,
    watcher,
  };
}

/** Looks at the copy of the backups. A network without one is as it was set up, and is told what that means. Never rejects. */
export async function inspectCopy(access: StackAccess): Promise<Finding> {
  const place = await copyPlace(access);
  if (place === undefined) {
    return {
      name: "copy",
      ok: true,
      isGap: true,
      detail: "none: with the DigitalOcean account all backups are gone (docs/copy.md)",
    };
  }
  return finding("copy", async () => {
    const bucket = openBucket(await placeOf(access, place, await copyKey(access, "read")));
    const { last, troubles, newestBackup } = await readCopyStatus(bucket, await copyKeepDays(access));
    // A local cloud is there to be tried.
    if (last === undefined && access.run !== undefined) {
      return { gap: `none yet; make one: ${networkCommandLine("copy", access)}` };
    }
    if (troubles.length > 0) throw new Error(troubles.join("\n"));
    return `backup ${newestBackup ?? ""}, copied ${agoText(last?.finishedAt ?? "")}`;
  });
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
  const [inside, caa, ...outside] = await Promise.all([
    askNode(access, node),
    // A warning: users are served, and an operator whose zone proxies a web site can't change it.
    inspectCaa(access, domain).then(({ text, isWarning }) => ({
      name: "CAA",
      ok: true,
      isGap: isWarning,
      detail: text,
    })),
    finding("DNS", () => leadsTo(access, domain, node)),
    finding("login", async () => (await logInFromOutside(access, domain, node, password)).jid),
  ]);
  const { name, publicIpv4, privateIpv4 } = node;
  const serving = inside.serving && outside.every(({ ok }) => ok);
  return { name, publicIpv4, privateIpv4, serving, checks: [...outside, caa, ...inside.checks] };
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

/** A check that is green with the text that `look` resolves to, a gap with that of a `gap`, and red where it rejects. */
async function finding(name: string, look: () => Promise<string | { readonly gap: string }>): Promise<Finding> {
  try {
    const found = await look();
    return { name, ok: true, ...(typeof found === "string" ? { detail: found } : { isGap: true, detail: found.gap }) };
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  }
}
