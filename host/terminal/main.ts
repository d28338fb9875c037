import process from "node:process";
import { ExitError } from "../error.ts";
import { explain } from "./explain.ts";

/**
 * Runs a program to its exit code: the one that `work` resolves to or has set, else 0. Where it rejects, one screen on standard
 * error says what failed, and the exit code is an {@link ExitError}'s, else 1. `name` is how a person calls the program.
 */
export async function runMain(name: string, work: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await work()) ?? process.exitCode ?? 0;
  } catch (error) {
    process.stderr.write(`\n${name}: ${explain(error)}\n`);
    process.exitCode = error instanceof ExitError ? error.exitCode : 1;
  }
}
