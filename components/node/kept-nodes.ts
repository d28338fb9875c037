import * as pulumi from "@pulumi/pulumi";
import { type NamedStack, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { runningStack } from "../settings/running-stack.ts";
import type { KnownResource } from "../vendors/stack-state.ts";

/** Resource in a stack's state, as far as it tells what a node has. */
type StateResource = Pick<KnownResource, "type" | "name" | "outputs">;

/** Network as the stack's settings have it. */
interface WantedNetwork extends NamedStack {
  /** Name of the network's component. */
  readonly name: string;
  readonly domain: string;
  /** Keys of the nodes. */
  readonly nodes: readonly string[];
}

/**
 * Compares the settings with what the stack's state has, `known`. Throws a `RunError` where a node with a data volume would go,
 * and warns of another domain.
 */
export async function keepNodes(
  network: Omit<WantedNetwork, keyof NamedStack>,
  known: readonly StateResource[],
): Promise<void> {
  const wanted = { ...network, ...runningStack() };
  const lost = lostNodes(wanted, known);
  if (lost.length > 0) throw new pulumi.RunError(["the stack's configuration cannot be used:", ...lost].join("\n  "));
  const change = domainChange(wanted, known);
  if (change !== undefined) await pulumi.log.warn(change);
}

/**
 * Lists the nodes of a stack's state that the settings no longer have though they have a data volume, a line each: without the
 * node, the engine would delete the volume, and a node of another key starts with an empty one.
 */
export function lostNodes(network: WantedNetwork, known: readonly StateResource[]): string[] {
  const { name, nodes } = network;
  return known.flatMap(({ type, name: resource, outputs }) => {
    const key =
      resource.startsWith(`${name}-`) && resource.endsWith("-data") ? resource.slice(name.length + 1, -5) : "";
    if (type !== "digitalocean:index/volume:Volume" || key === "" || nodes.includes(key)) return [];
    const setBack = pulumiCommandLine(network, "config", "set", "imera:nodes", JSON.stringify([key]));
    return [
      `imera:nodes: ${key} is gone from it, and would take its data volume ${nameIn(outputs) || resource} along, with all accounts, ` +
        `messages and uploads; ${nodes.join(", ")} would start with an empty one. A node's key is for good. Set it back: ${setBack}`,
    ];
  });
}

/** Says what a change of the domain does to a network that is there; undefined where it stays. */
export function domainChange(
  { name, domain, nodes }: WantedNetwork,
  known: readonly StateResource[],
): string | undefined {
  const droplets = new Set(nodes.map((key) => `${name}-${key}-droplet`));
  const former = known
    .filter(({ type, name: resource }) => type === "digitalocean:index/droplet:Droplet" && droplets.has(resource))
    .map(({ outputs }) => nameIn(outputs))
    .find((hostName) => hostName !== "" && !nodes.some((key) => hostName === `${key}.${domain}`));
  if (former === undefined) return undefined;
  return (
    `imera:domain: becomes ${domain}, where it was ${former.slice(former.indexOf(".") + 1)}. Accounts, contacts and rooms belong to the ` +
    "domain: those that are there stay in the database, but nobody can log in to them. Fine only while there are none."
  );
}

function nameIn({ name }: StateResource["outputs"]): string {
  return typeof name === "string" ? name : "";
}
