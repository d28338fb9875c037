import type { EngineEvent } from "../../toolchain/engine/events.ts";
import { nameOf } from "../../toolchain/engine/state.ts";
import { EngineError, type EngineRun, runEngine } from "../../toolchain/engine/run.ts";
import { kindOf } from "../../toolchain/engine/resource-types.ts";
import { refresh } from "./refresh.ts";
import { upTimes } from "./timeline.ts";
import { say, type Work } from "./work.ts";

/**
 * Runs `pulumi up`, showing what it does. Where it fails because something went away in between, the state is refreshed and it
 * runs again, a few times at most. Throws the engine's own words.
 */
export async function build(work: Work): Promise<void> {
  for (;;) {
    work.attempts += 1;
    try {
      book(work, await runEngine(work.access, ["up", "--yes", "--skip-preview"], progress(Date.now())));
      return;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      book(work, error.run);
      if (work.attempts >= mostAttempts) throw error;
      say(`pulumi up failed. Looking whether something went away meanwhile.`);
      const gone = await refresh(work);
      if (gone.length === 0 && !missesSomething(error)) throw error;
    }
  }
}

const mostAttempts = 3;

function missesSomething({ message }: Error): boolean {
  return /\b404\b|not.?found|could not be found/i.test(message);
}

function book(work: Work, run: EngineRun): void {
  const times = upTimes(run, work.startedAtMs);
  work.runs.push(run);
  work.phases.push(...times.phases);
  work.operations.push(...times.operations);
  work.nodeSteps.push(...times.nodeSteps);
}

/** Shows each change once it is done, and what the node says of its steps. */
function progress(startedMs: number): (event: EngineEvent) => void {
  return (event) => {
    const time = `${((event.atMs - startedMs) / 1000).toFixed(1).padStart(7)} s`;
    if (event.kind === "line") {
      if (event.severity !== "info" || event.name.endsWith("-ready")) say(`${time}    ${event.text}`);
    } else if (event.kind === "done") {
      const word = words[event.step.op];
      if (word !== undefined) say(`${time}  ${kindOf(event.step.type)} ${nameOf(event.step.urn)} ${word}`);
    }
  };
}

const words: Readonly<Record<string, string | undefined>> = {
  create: "created",
  update: "updated",
  replace: "done anew",
  delete: "deleted",
};
