import { showSteps } from "../../host/terminal/progress.ts";
import type { EngineRun } from "../../toolchain/engine/run.ts";
import type { StackAccess } from "../network/stack-access.ts";
import type { Change } from "./plan.ts";
import type { NodeStep, Operation, Phase, PhaseName, RebuildReport } from "./report.ts";
import { seconds } from "./timeline.ts";

/** What the operator asked for. */
export interface RebuildOptions {
  /** Slug of the region to build in; undefined: the one in the settings. */
  readonly region?: string;
  /** RFC 3339 time in UTC that a restore stops at, or `newest`. */
  readonly to?: string;
  /** Forgets what is in another region, without deleting it. */
  readonly leaveBehind?: boolean;
  readonly yes?: boolean;
  readonly yesLeaveBehind?: boolean;
}

/** A rebuild under way: what it works on, and what it has found and done so far. */
export interface Work {
  readonly access: StackAccess;
  readonly options: RebuildOptions;
  readonly startedAtMs: number;
  readonly phases: Phase[];
  readonly runs: EngineRun[];
  readonly operations: Operation[];
  readonly nodeSteps: NodeStep[];
  readonly gone: Change[];
  readonly leftBehind: RebuildReport["leftBehind"];
  attempts: number;
}

/** Starts the clock. */
export function begin(access: StackAccess, options: RebuildOptions): Work {
  const lists = { phases: [], runs: [], operations: [], nodeSteps: [], gone: [], leftBehind: [] };
  return { access, options, startedAtMs: Date.now(), attempts: 0, ...lists };
}

/** Does something, shows it as a step, and books its time as a phase. */
export async function inPhase<T>(
  work: Work,
  name: PhaseName,
  title: string,
  task: (report: (detail: string) => void) => Promise<T>,
): Promise<T> {
  const startedMs = Date.now();
  try {
    return await showSteps()(title, task);
  } finally {
    work.phases.push({ name, seconds: seconds(Date.now() - startedMs) });
  }
}

/** Says something on standard error; standard output is for the result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
