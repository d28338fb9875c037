import { cancel, confirm, isCancel } from "@clack/prompts";
import { InvalidArgumentError } from "commander";
import { ExecaError } from "execa";
import process from "node:process";
import { runAsRoot } from "../../host/as-root.ts";
import { stackName as localStack } from "../../local/stack/stack.ts";

/**
 * Runs an operator's command to its exit code: 0, or 1 with one screen that says why. A local cloud's files are root's, so a
 * command for the stack `local` goes on as root.
 */
export async function runOperatorCommand(name: string, work: () => Promise<void>): Promise<void> {
  try {
    const asRoot = namesLocalStack(process.argv) ? await runAsRoot() : undefined;
    if (asRoot === undefined) await work();
    process.exitCode = asRoot ?? process.exitCode ?? 0;
  } catch (error) {
    process.stderr.write(`\n${name}: ${explain(error)}\n`);
    process.exitCode = 1;
  }
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

/** The value of `--run`, for commander. */
export function runNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 254) throw new InvalidArgumentError("Expected 1 to 254.");
  return number;
}

/** What a person can use of an error; the whole of it is for programmers (IMERA_DEBUG). */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Something failed, and then what cleans up after it: the first comes first.
  if (error instanceof SuppressedError) return [error.suppressed, error.error].map(explain).join("\n");
  if (process.env["IMERA_DEBUG"] !== undefined) return error.stack ?? error.message;
  if (error instanceof ExecaError) return [error.shortMessage, error.stderr].filter(Boolean).join("\n");
  return error.message;
}

function namesLocalStack(argv: readonly string[]): boolean {
  return (
    argv.some((argument, index) => argument === localStack && argv[index - 1] === "--stack") ||
    argv.includes(`--stack=${localStack}`)
  );
}
