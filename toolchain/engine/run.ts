import { mkdir } from "node:fs/promises";
import path from "node:path";
import { type EngineEvent, parseEngineLine } from "./events.ts";
import { runSession } from "./session.ts";
import type { EngineStack } from "./stack.ts";

/** How a run of the engine ended. */
export interface EngineRun {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly events: readonly EngineEvent[];
}

/** The engine did not do what it was asked for. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly run: EngineRun;

  constructor(command: string, run: EngineRun, logFile: string) {
    super(`pulumi ${command} failed:\n${complaints(run).join("\n")}\nAll it said is in ${logFile}.`);
    this.run = run;
  }
}

/**
 * Runs `pulumi up`, `refresh`, `preview` on the stack and tells each event as it comes. Everything is kept in
 * {@link engineLog}. The engine leads a session of its own, so that its plugins can be found and ended when it is killed.
 *
 * @throws EngineError with the engine's own words.
 */
export async function runEngine(
  stack: EngineStack,
  [command, ...args]: readonly [string, ...string[]],
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<EngineRun> {
  await mkdir(stack.workFolder, { recursive: true, mode: 0o700 });
  const startedAtMs = Date.now();
  const events: EngineEvent[] = [];
  const session = {
    // Without it, a preview prints one document at its end.
    cli: { ...stack.cli, env: { ...stack.cli.env, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" } },
    args: stack.arguments([command, ...args, "--json", "--non-interactive", "--color", "never"]),
    log: engineLog(stack),
    pidFile: enginePid(stack),
  };
  const exitCode = await runSession(session, (line) => {
    const event = parseEngineLine(line, Date.now());
    if (event === undefined) return;
    events.push(event);
    onEvent(event);
  });
  const run = { startedAtMs, endedAtMs: Date.now(), events };
  if (exitCode !== 0) throw new EngineError(command, run, engineLog(stack));
  return run;
}

/** Where the engine's own words are kept, as JSON lines. */
export function engineLog({ workFolder }: EngineStack): string {
  return path.join(workFolder, "engine.log");
}

/** Pid of the engine that is at work on the stack. */
export function enginePid({ workFolder }: EngineStack): string {
  return path.join(workFolder, "pulumi.pid");
}

/** What a person needs of it, on one screen: errors, and what the CLI says itself. */
function complaints({ events }: EngineRun): string[] {
  const lines = events
    .filter((event) => event.kind === "line")
    .filter(({ severity }) => severity === "error" || severity === "cli")
    .flatMap(({ name, text }) => (name === "" ? text : `${name}: ${text}`).split("\n"));
  return [...new Set(lines)]
    .filter((line) => line.trim() !== "")
    .slice(-mostLines)
    .map((line) => `  ${line}`);
}

const mostLines = 24;
