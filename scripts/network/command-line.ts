import { cancel, confirm, isCancel } from "@clack/prompts";
import { Command } from "commander";
import process from "node:process";
import { runAsRoot } from "../../host/as-root.ts";
import { runMain } from "../../host/terminal/main.ts";
import { runNumber } from "../../local/run/run-number.ts";
import { stackName } from "../../local/stack/stack-name.ts";

/** Options of every command that works on one network. */
export interface NetworkOptions {
  readonly stack: string;
  /** Number of the local cloud; for the stack `local` only. */
  readonly run?: number;
}

/** Declares an operator's command on one network, called by `name` (`npm run backup`), with `--stack` and `--run`. */
export function networkCommand(name: string, description: string): Command {
  return new Command(`${name} --`)
    .description(description)
    .requiredOption("--stack <name>", "stack of the network")
    .option("--run <number>", "number of the local cloud, for the stack local", runNumber);
}

/**
 * Runs an operator's command with this process's arguments, to its exit code: 1 with one screen that says why it failed. A local
 * cloud's files are root's, so a command for the stack `local` goes on as root.
 */
export async function runNetworkCommand(command: Command): Promise<void> {
  await runMain(command.name().replace(/ --$/, ""), async () => {
    const asRoot = namesLocalStack(process.argv) ? await runAsRoot() : undefined;
    if (asRoot === undefined) await command.parseAsync();
    return asRoot;
  });
}

/** Asks on the terminal. Throws when the answer is no, and, naming `option`, where there is no terminal to ask on. */
export async function askToGoOn(question: string, option: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Error(`${question} There is no terminal to ask on: say yes by ${option}. Nothing was changed.`);
  }
  const answer = await confirm({ message: question, initialValue: false });
  if (answer === true) return;
  if (isCancel(answer)) cancel("Cancelled.");
  throw new Error("Not confirmed; nothing was changed.");
}

function namesLocalStack(argv: readonly string[]): boolean {
  return (
    argv.some((argument, index) => argument === stackName && argv[index - 1] === "--stack") ||
    argv.includes(`--stack=${stackName}`)
  );
}
