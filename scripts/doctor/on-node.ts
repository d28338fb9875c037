import { networkCommandLine } from "../../host/terminal/advice.ts";
import { nodeKey } from "../network/network-outputs.ts";
import type { ExaminedNetwork } from "./examined-network.ts";

/** Parts of a network that a command for its node is made of. */
export type WithNode = Pick<ExaminedNetwork, "access" | "node">;

/** Writes the command that runs a command line in the shell of the network's node. */
export function onNode({ access, node }: WithNode, command: string): string {
  return networkCommandLine("ssh", access, nodeKey(node), command);
}

/** Writes the command that has the node make true again what the stack says. */
export function convergeCommand(network: WithNode): string {
  return onNode(network, "/usr/local/lib/imera/converge");
}
