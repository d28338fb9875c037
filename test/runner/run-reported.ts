import { execa } from "execa";
import type { Report } from "./grouped-lines.ts";
import { repositoryRoot } from "./repository.ts";

/** Program to run, with its arguments and additions to its environment. */
export interface ReportedProgram {
  /** Absolute path, or a name that is looked for on the PATH. */
  readonly file: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** End of a program: exit code, and a sentence about it. */
export interface ProgramEnd {
  /** Undefined when a signal ended the program or it could not be started. */
  readonly exitCode: number | undefined;
  /** Names the program and says how it ended. */
  readonly sentence: string;
}

/** Runs a program in the repository's root without input, and reports each line that it writes as it comes. */
export async function runReported(report: Report, program: ReportedProgram): Promise<ProgramEnd> {
  const { file, args, environment = {} } = program;
  // A pipe is no terminal, but what goes through this one may end on one.
  const colours = process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const subprocess = execa(file, args, {
    cwd: repositoryRoot,
    env: { ...colours, ...environment },
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
  });
  for await (const line of subprocess.iterable({ from: "all" })) report(line);
  const { exitCode, shortMessage = `${file} ended with exit code ${String(exitCode)}` } = await subprocess;
  return { exitCode, sentence: shortMessage };
}

/** Runs a program as {@link runReported} does; throws unless it ends with exit code 0. */
export async function mustRunReported(report: Report, program: ReportedProgram): Promise<void> {
  const { exitCode, sentence } = await runReported(report, program);
  if (exitCode !== 0) throw new Error(sentence);
}
