import { appendFileSync, existsSync } from "node:fs";
import { mkdir, rename, stat } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { execa } from "execa";
import { endSession, recordPid } from "../../host/process.ts";
import type { EngineStack, StackFiles } from "./stack.ts";

/**
 * File with all that the engine printed of its work on a stack, mode 0600. Once it is larger than 64 MiB, the next session begins a new
 * one, and what was said before is in the same place with `.1` at its end.
 */
export function engineLog({ workFolder }: Pick<StackFiles, "workFolder">): string {
  return path.join(workFolder, "engine.log");
}

/** Pid file of the engine that is at work on a stack. */
export function enginePid({ workFolder }: Pick<StackFiles, "workFolder">): string {
  return path.join(workFolder, "pulumi.pid");
}

/** Exit code of a session of the CLI, and whether somebody asked it to end, such as by Ctrl-C. */
export interface EndedSession {
  readonly exitCode: number;
  readonly interrupted: boolean;
}

/**
 * Runs the CLI on a stack as the leader of a session of its own, so that all its plugins can be found and ended with it, also
 * after this program was killed. Each line that it prints is added to {@link engineLog} and passed to `onLine`.
 */
export async function runSession(
  stack: EngineStack,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<EndedSession> {
  await mkdir(stack.workFolder, { recursive: true, mode: 0o700 });
  await putAsideLarge(engineLog(stack));
  const engine = execa(stack.cli.command, [...stack.arguments(args), "--non-interactive", "--color", "never"], {
    cwd: stack.cli.projectFolder,
    // Without streaming, a preview as JSON is one document at its end.
    env: { ...stack.cli.env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" },
    extendEnv: false,
    detached: true,
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
  });
  // From now on, so that what it says at once is not lost.
  const lines = engine.iterable({ from: "all" });
  // Of one that ended at once there is nothing to end, and its own words say why.
  await recordPid(enginePid(stack), engine.pid).catch((error: unknown) => {
    if (engine.pid === undefined || engine.exitCode === null) throw error;
  });
  // The engine writes down what it has done before it ends, so it is asked and waited for.
  let interrupted = false;
  const passOn = (signal: NodeJS.Signals) => {
    interrupted = true;
    engine.kill(signal);
  };
  process.on("SIGINT", passOn).on("SIGTERM", passOn);
  try {
    for await (const line of lines) {
      appendFileSync(engineLog(stack), `${line}\n`, { mode: 0o600 });
      onLine(line);
    }
    return { exitCode: (await engine).exitCode ?? 1, interrupted };
  } finally {
    process.off("SIGINT", passOn).off("SIGTERM", passOn);
    await endSession(enginePid(stack));
  }
}

async function putAsideLarge(log: string): Promise<void> {
  const sizeBytes = existsSync(log) ? (await stat(log)).size : 0;
  if (sizeBytes > largestLogBytes) await rename(log, `${log}.1`);
}

/** Room for some four runs of a whole network. */
const largestLogBytes = 64 * 1024 * 1024;
