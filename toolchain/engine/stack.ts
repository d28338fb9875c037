import type { NamedStack } from "../../host/terminal/advice.ts";
import { type PulumiCli, runPulumi } from "./cli.ts";

/** Name and files of one stack of this project. */
export interface StackFiles extends NamedStack {
  /** Absolute path of the file that the stack's settings are in. */
  readonly configFile: string;
  /** Absolute path of the folder where this machine keeps logs and pids of its work on this stack. */
  readonly workFolder: string;
}

/** A stack that exists, and the Pulumi CLI to run on it. */
export interface EngineStack extends StackFiles {
  readonly cli: PulumiCli;
  /** Adds `--stack`, and `--config-file` to commands that take it, to a command's arguments. */
  readonly arguments: (args: readonly string[]) => string[];
  /** Runs the CLI without a terminal; resolves to its standard output, rejects with its own words. */
  readonly pulumi: (...args: string[]) => Promise<string>;
}

/** Makes an {@link EngineStack} of a stack's files and a CLI that has the stack's state. */
export function engineStack({ stack, runNumber, configFile, workFolder }: StackFiles, cli: PulumiCli): EngineStack {
  const withStack = (args: readonly string[]) => {
    const file = takesConfigFile.has(args[0] ?? "") ? ["--config-file", configFile] : [];
    return [...args, "--stack", stack, ...file];
  };
  return {
    stack,
    runNumber,
    configFile,
    workFolder,
    cli,
    arguments: withStack,
    pulumi: (...args) => runPulumi(cli, withStack(args)),
  };
}

const takesConfigFile = new Set(["config", "up", "preview", "refresh", "destroy", "import"]);
