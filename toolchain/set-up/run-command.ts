import { execa } from "execa";

/** A command of another program's, as the toolchain runs it. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly folder?: string;
  /** Added to this process's own environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Receives each line that the command writes to stderr while it runs. */
  readonly onLine?: (line: string) => void;
}

/** Result of a command that has ended, or could not start. */
export interface CommandResult {
  /** Exit code; undefined when the command did not start or was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Reason of the failure, in one line; undefined when the command ended with 0. */
  readonly failure: string | undefined;
}

/** Runs a command to its end. A failing command is a result, not a rejection. */
export type RunCommand = (command: Command) => Promise<CommandResult>;

/** Runs commands as child processes. Output is kept back; the caller shows what it needs to. */
export const runCommand: RunCommand = async ({ file, args, folder, environment, onLine }) => {
  const child = execa(file, args, {
    ...(folder !== undefined && { cwd: folder }),
    env: { ...environment },
    stdin: "ignore",
    reject: false,
    maxBuffer: 16 * 1024 * 1024,
  });
  if (onLine !== undefined) for await (const line of child.iterable({ from: "stderr" })) onLine(line);
  const { exitCode, stdout, stderr, failed, shortMessage } = await child;
  return { exitCode, stdout, stderr, failure: failed ? shortMessage : undefined };
};
