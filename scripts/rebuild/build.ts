import { describeStep, type EngineEvent, nodesWords } from "../../toolchain/engine/events.ts";
import { EngineError, type EngineRun, runEngine } from "../../toolchain/engine/run.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { say } from "./phase.ts";
import { refresh, type Refreshed } from "./refresh.ts";

/** Runs of the engine that built a network. */
export interface Built {
  /** Runs of `pulumi up`: more than one where a resource went away meanwhile. */
  readonly ups: readonly EngineRun[];
  /** Refreshes between them. */
  readonly refreshes: readonly Refreshed[];
}

/**
 * Runs `pulumi up`, showing what it does. Where it fails because something went away in between, the state is refreshed and it
 * runs again, a few times at most. Rejects with the engine's own words.
 */
export async function build(access: StackAccess): Promise<Built> {
  const ups: EngineRun[] = [];
  const refreshes: Refreshed[] = [];
  for (;;) {
    try {
      ups.push(await runEngine(access, ["up", "--yes", "--skip-preview"], progress(Date.now())));
      return { ups, refreshes };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      ups.push(error.run);
      if (ups.length >= mostAttempts) throw error;
      say("pulumi up failed. Looking whether something went away meanwhile.");
      const refreshed = await refresh(access);
      refreshes.push(refreshed);
      if (refreshed.gone.length === 0 && !missesSomething(error)) throw error;
    }
  }
}

const mostAttempts = 3;

function missesSomething({ message }: Error): boolean {
  return /\b404\b|not.?found|could not be found/i.test(message);
}

/** Shows each change once it is done, and what the node says of its steps. */
function progress(startedMs: number): (event: EngineEvent) => void {
  return (event) => {
    const time = `${((event.atMs - startedMs) / 1000).toFixed(1).padStart(7)} s`;
    if (event.kind === "line") {
      const line = event.severity === "info" ? nodesWords(event) : event.text;
      if (line !== undefined) say(`${time}    ${line}`);
    } else if (event.kind === "done") {
      const line = describeStep(event.step);
      if (line !== undefined) say(`${time}  ${line}`);
    }
  };
}
