import { runNumber } from "../../local/run/run-number.ts";

/** Node to log in on, and what to run there. */
export interface SshArguments {
  readonly stack: string;
  /** Number of the local cloud. */
  readonly run: number | undefined;
  /** Name of the node; undefined: the first. */
  readonly node: string | undefined;
  /** Words of the command line; none: a shell. */
  readonly command: readonly string[];
}

/**
 * Reads arguments such as `--stack local xmpp1 ls -l`. Options stand before the command, in any place; what follows the
 * command's first word is the command's. Throws, with what to type, where something is missing or unknown.
 */
export function sshArguments(typed: readonly string[]): SshArguments {
  const options = new Map<string, string>();
  const rest = [...typed];
  let node: string | undefined;
  for (let next = rest[0]; next !== undefined; next = rest[0]) {
    if (next === "--") {
      rest.shift();
      break;
    }
    if (!next.startsWith("-")) {
      if (node !== undefined) break;
      node = rest.shift();
      continue;
    }
    takeOption(rest, options);
  }
  const stack = options.get("--stack");
  if (stack === undefined) throw new Error("Which stack? npm run ssh -- --stack NAME [NODE] [COMMAND …]");
  const run = options.get("--run");
  return { stack, run: run === undefined ? undefined : runNumber(run), node, command: rest };
}

/** Moves the option at the beginning of `rest`, with its value, to `options`. */
function takeOption(rest: string[], options: Map<string, string>): void {
  const [name = "", ...parts] = (rest.shift() ?? "").split("=");
  if (!["--stack", "--run"].includes(name)) {
    throw new Error(`${name} is no option of this command. A command for the node stands behind the node's name.`);
  }
  const value = parts.length > 0 ? parts.join("=") : rest.shift();
  if (value === undefined || value === "") throw new Error(`${name}: its value is missing.`);
  options.set(name, value);
}
