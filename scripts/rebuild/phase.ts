import process from "node:process";
import { showSteps } from "../../host/terminal/progress.ts";
import type { PhaseName } from "./report.ts";

/** A stretch of time in ms since the epoch. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Time that belongs to one phase of a rebuild. */
export interface PhaseTime extends Stretch {
  readonly name: PhaseName;
}

/** Result of a phase, and the time that it took. */
export interface Timed<T> {
  readonly value: T;
  readonly time: PhaseTime;
}

/** Runs a phase and measures it. */
export async function timed<T>(name: PhaseName, work: () => Promise<T>): Promise<Timed<T>> {
  const fromMs = Date.now();
  const value = await work();
  return { value, time: { name, fromMs, toMs: Date.now() } };
}

/** Runs a phase as a step that is shown on the terminal under `title`, and measures it. */
export function shownPhase<T>(
  name: PhaseName,
  title: string,
  work: (report: (detail: string) => void) => Promise<T>,
): Promise<Timed<T>> {
  return timed(name, () => showSteps()(title, work));
}

/** Writes a line to standard error; standard output is for the result. */
export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
