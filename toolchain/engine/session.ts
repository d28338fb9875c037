import { appendFileSync } from "node:fs";
import process from "node:process";
import { execa } from "execa";
import { endSession, recordPid } from "../../host/process.ts";
import type { PulumiCli } from "./stack-config.ts";

/** A run of the CLI, and where it is kept. Absolute paths. */
export interface EngineSession {
  readonly cli: PulumiCli;
  /** All of them: nothing is added. */
  readonly args: readonly string[];
  /** Gets all that is printed, mode 0600. */
  readonly log: string;
  /** Holds the engine's pid while it is at work. */
  readonly pidFile: string;
}

/**
 * Runs the CLI as the leader of a session of its own, so that all its plugins can be found and ended with it, also after this
 * program was killed. `onLine` is told of each line. Resolves to the exit code.
 */
export async function runSession(
  { cli, args, log, pidFile }: EngineSession,
  onLine: (line: string) => void,
): Promise<number> {
  const engine = execa(cli.command, args, {
    cwd: cli.projectFolder,
    env: { ...cli.env },
    extendEnv: false,
    detached: true,
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
  });
  await recordPid(pidFile, engine.pid);
  // The engine writes down what it has done before it ends, so it is asked and waited for.
  const passOn = (signal: NodeJS.Signals) => engine.kill(signal);
  process.on("SIGINT", passOn).on("SIGTERM", passOn);
  try {
    for await (const line of engine.iterable({ from: "all" })) {
      appendFileSync(log, `${line}\n`, { mode: 0o600 });
      onLine(line);
    }
    return (await engine).exitCode ?? 1;
  } finally {
    process.off("SIGINT", passOn).off("SIGTERM", passOn);
    await endSession(pidFile);
  }
}
