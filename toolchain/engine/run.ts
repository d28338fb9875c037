import { withWholeCommands } from "../../host/terminal/advice.ts";
import { describeStep, nodesWords, type EngineEvent, parseEngineLine } from "./events.ts";
import { endInterruptedRun, withoutStaleLock } from "./interrupted-run.ts";
import { engineLog, runSession } from "./session.ts";
import type { EngineStack } from "./stack.ts";

/** Events and times of one run of the engine. */
export interface EngineRun {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly events: readonly EngineEvent[];
}

/** A run of the engine that ended with another exit code than 0. The message is the engine's own words, on one screen. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly run: EngineRun;

  constructor(command: string, run: EngineRun, stack: EngineStack) {
    const why = withWholeCommands(complaints(run).join("\n"), stack);
    super(`pulumi ${command} failed:\n${why}\nAll it said is in ${engineLog(stack)}.`);
    this.run = run;
  }
}

/** A run of the engine that somebody ended before it was done, such as by Ctrl-C. */
export class InterruptedRun extends Error {
  override readonly name = "InterruptedRun";

  constructor(command: string) {
    super(`Interrupted: pulumi ${command} was ended before it was done. What it had done by then stays, and is noted.`);
  }
}

/**
 * Runs `pulumi up`, `destroy`, `refresh` or `preview` on the stack and passes each event to `onEvent` as it comes.
 *
 * @throws EngineError with the engine's own words, InterruptedRun where somebody ended it.
 */
export async function runEngine(
  stack: EngineStack,
  [command, ...args]: readonly [string, ...string[]],
  onEvent: (event: EngineEvent) => void = () => undefined,
): Promise<EngineRun> {
  const startedAtMs = Date.now();
  const events: EngineEvent[] = [];
  const { exitCode, interrupted } = await runSession(stack, [command, ...args, "--json"], (line) => {
    const event = parseEngineLine(line, Date.now());
    if (event === undefined) return;
    events.push(event);
    onEvent(event);
  });
  const run = { startedAtMs, endedAtMs: Date.now(), events };
  if (exitCode !== 0 && interrupted) throw new InterruptedRun(command);
  if (exitCode !== 0) throw new EngineError(command, run, stack);
  return run;
}

/**
 * Runs `pulumi up` or `pulumi destroy` without a question, after what a run killed on this machine left was cleared away. `up`
 * first reads what was changed or taken away at the vendors, so that it is put right where no setting changed.
 * `report` gets a line for each resource that changed, such as `droplet imera-xmpp1 created`, and for each step that a node did.
 *
 * @throws EngineError with the engine's own words.
 */
export async function changeStack(
  stack: EngineStack,
  command: "up" | "destroy",
  report: (line: string) => void,
): Promise<EngineRun> {
  await endInterruptedRun(stack);
  const tell = (event: EngineEvent) => {
    const line = event.kind === "done" ? describeStep(event.step) : nodesWords(event);
    if (line !== undefined) report(line);
  };
  const options = command === "up" ? ["--refresh"] : [];
  return withoutStaleLock(stack, () => runEngine(stack, [command, "--yes", "--skip-preview", ...options], tell));
}

/** Errors, and what the CLI itself says: the last lines, each once. */
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
