import type { PulumiCli } from "./stack-config.ts";

/** A stack that exists, and how to run the Pulumi CLI on it. */
export interface EngineStack {
  readonly stack: string;
  readonly cli: PulumiCli;
  /** Absolute path of the folder where this machine keeps logs and pids of its work on this stack. */
  readonly workFolder: string;
  /** Adds `--stack`, and `--config-file` to commands that take it, to the command's arguments. */
  arguments(args: readonly string[]): string[];
  /** Runs the CLI without a terminal; resolves to its standard output, rejects with its own words. */
  pulumi(...args: string[]): Promise<string>;
}
