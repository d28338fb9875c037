import process from "node:process";
import { explain } from "./explain.ts";

/**
 * Runs a program to its exit code: the one that `work` resolves to or has set, else 0; 1 with one screen on standard error that
 * says what failed. `name` is how a person calls the program.
 */
export async function runMain(name: string, work: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await work()) ?? process.exitCode ?? 0;
  } catch (error) {
    process.stderr.write(`\n${name}: ${explain(error)}\n`);
    process.exitCode = 1;
  }
}
