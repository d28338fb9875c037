import { ExitError, messageOf } from "../../../host/error.ts";
import {
  type NamedStack,
  networkCommandLine,
  pulumiCommandLine,
  shellWord,
  withWholeCommands,
} from "../../../host/terminal/advice.ts";
import type { NodeRunOptions, NodeSession } from "./ssh.ts";
import { openNode } from "./ssh.ts";
import type { NetworkNode, NetworkOutputs } from "../network-outputs.ts";
import { openStack, type OpenStackOptions } from "../open-stack.ts";
import type { StackAccess } from "../stack-access.ts";

/** A node of a stack that this machine is logged in on. */
export interface OpenedNode extends AsyncDisposable {
  readonly access: StackAccess;
  readonly outputs: NetworkOutputs;
  readonly node: NetworkNode;
  readonly session: NodeSession;
}

/** Opens the stack and logs in on its first node, where the data is. */
export async function openFirstNode(options: OpenStackOptions): Promise<OpenedNode> {
  const access = await openStack(options);
  const outputs = await access.outputs();
  const [node] = outputs.nodes;
  if (node === undefined) throw new Error(`The network of the stack ${access.stack} has no node.`);
  const session = await openNode(access, node).catch((error: unknown) => {
    throw withWayOut(error, access);
  });
  return { access, outputs, node, session, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

/** Makes of the error of a login one that says how to go on where no node answers. */
export function withWayOut(error: unknown, stack: NamedStack): Error {
  const lines = [
    messageOf(error),
    `  what is wrong                ${networkCommandLine("status", stack)}`,
    `  build it if it is gone       ${networkCommandLine("rebuild", stack)}`,
  ];
  return new Error(lines.join("\n"), { cause: error });
}

/**
 * Runs a program on a node and resolves to its standard output. Throws an {@link ExitError} with the program's last words when
 * its exit code is neither 0 nor one of `exitCodes`, which mean something else when there is output. Exit code 2, by which our
 * programs refuse what they are asked, stays the one to end with; any other becomes 1.
 */
export async function runProgram(
  session: NodeSession,
  command: readonly [string, ...string[]],
  { exitCodes = [], ...options }: NodeRunOptions & { readonly exitCodes?: readonly number[] } = {},
): Promise<string> {
  const { exitCode, stdout, stderr } = await session.run(command.map(shellWord).join(" "), options);
  if (exitCode === 0 || (exitCodes.includes(exitCode) && stdout !== "")) return stdout;
  const name = command[0].replace(/^.*\//, "");
  const why =
    exitCode === 127
      ? `the node does not have it; bring it up to date: ${pulumiCommandLine(session.stack, "up")}`
      : lastWords(stderr, stdout);
  throw new ExitError(
    `${name} failed on the node (exit code ${exitCode}):\n${withWholeCommands(why, session.stack)}`,
    exitCode === 2 ? 2 : 1,
  );
}

/** Asks a node for the version of a Debian package. Rejects where the package is not installed. */
export function installedVersion(session: NodeSession, name: string): Promise<string> {
  return runProgram(session, ["dpkg-query", "--show", "--showformat=${Version}", name]);
}

function lastWords(stderr: string, stdout: string): string {
  const text = stderr.trim() === "" ? stdout : stderr;
  return text.trim().split("\n").slice(-20).join("\n") || "it said nothing";
}
