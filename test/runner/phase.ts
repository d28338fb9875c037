import { messageOf } from "../../host/error.ts";
import { groupedLines, type LineGroup, type Report } from "./grouped-lines.ts";

/** Numbers of a phase's tests that passed and failed. A skipped test counts as failed: nothing is proved by it. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Each test that failed, as far as is known which: its name, then what it said, in lines of their own. */
  readonly failures?: readonly string[];
}

/** One step of the test run. */
export interface Phase {
  readonly name: string;
  /** Names of earlier phases that must have passed, else this one is not started and counts as failed. */
  readonly needs?: readonly string[];
  /**
   * Names what the phase needs for itself, such as a local cloud. Phases of one lane run one after the other, in the order
   * given; lanes run beside each other. Default: {@link computingLane}.
   */
  readonly lane?: string;
  /** Resolves to what passed and failed; throwing counts as one failure. */
  run(report: Report): Promise<Tally>;
}

/** Result of one phase. Times are in seconds, `startSeconds` from the start of the first phase. */
export interface PhaseResult {
  readonly name: string;
  readonly tally: Tally;
  readonly startSeconds: number;
  readonly seconds: number;
}

/** Result of all phases, in the order in which they were given. */
export interface RunResult extends Tally {
  readonly phases: readonly PhaseResult[];
  /** Wall-clock time. */
  readonly seconds: number;
}

/** Lane of phases that compute more than they wait for networks, disks and machines. */
export const computingLane = "processor";

/**
 * Runs the phases of each lane one after the other, and the lanes beside each other. Shows every phase with its time and adds
 * up the tests. A phase that throws, that ran no test or that could not start counts as one failure. Throws before anything
 * runs when a phase needs one that does not come before it.
 */
export async function runPhases(phases: readonly Phase[], report: Report): Promise<RunResult> {
  refuseMisplacedNeeds(phases);
  const startedMs = performance.now();
  const secondsSoFar = (): number => (performance.now() - startedMs) / 1000;
  const openGroup = groupedLines(report);
  const results = new Map<string, Promise<PhaseResult>>();
  const lastOfLane = new Map<string, Promise<PhaseResult>>();
  for (const phase of phases) {
    const { lane = computingLane } = phase;
    const before = lastOfLane.get(lane);
    const result = (async (): Promise<PhaseResult> => {
      await before;
      const needed = await Promise.all((phase.needs ?? []).flatMap((name) => results.get(name) ?? []));
      const blocker = needed.find(({ tally }) => tally.failed > 0);
      return runShown(phase, { blocker: blocker?.name, group: openGroup(), secondsSoFar });
    })();
    results.set(phase.name, result);
    lastOfLane.set(lane, result);
  }
  const all = await Promise.all(results.values());
  return { ...sum(all.map(({ tally }) => tally)), phases: all, seconds: secondsSoFar() };
}

/** `3 passed, 0 failed`. */
export function describe(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed`;
}

/** Reads a line that {@link describe} wrote; undefined for any other line. */
export function parseTally(line: string): Tally | undefined {
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(line) ?? [];
  return passed === undefined ? undefined : { passed: Number(passed), failed: Number(failed) };
}

/** Table of the phases with the times at which they began and that they took, slowest first. */
export function describeTimes({ phases, seconds }: RunResult): string[] {
  const slowestFirst = phases.toSorted((a, b) => b.seconds - a.seconds);
  return [
    `Phases, slowest first; ${seconds.toFixed(1)} s in all:`,
    ...slowestFirst.map((phase) => {
      const [took, began] = [phase.seconds, phase.startSeconds].map((value) => value.toFixed(1).padStart(7));
      return `${String(took)} s, from ${String(began)} s  ${phase.name}`;
    }),
  ];
}

function refuseMisplacedNeeds(phases: readonly Phase[]): void {
  const earlier = new Set<string>();
  for (const { name, needs = [] } of phases) {
    const missing = needs.find((need) => !earlier.has(need));
    if (missing !== undefined) throw new Error(`the phase "${name}" needs "${missing}", which is no phase before it`);
    earlier.add(name);
  }
}

interface Showing {
  /** Name of a phase that was needed and failed. */
  readonly blocker: string | undefined;
  readonly group: LineGroup;
  readonly secondsSoFar: () => number;
}

async function runShown(phase: Phase, { blocker, group, secondsSoFar }: Showing): Promise<PhaseResult> {
  const { report } = group;
  report(`▸ ${phase.name}`);
  const startSeconds = secondsSoFar();
  const tally =
    blocker === undefined
      ? await runOne(phase, report)
      : notStarted(`${blocker} failed, so this was not started`, report);
  const seconds = secondsSoFar() - startSeconds;
  report(`${tally.failed === 0 ? "✓" : "✗"} ${phase.name}: ${describe(tally)} in ${seconds.toFixed(1)} s\n`);
  group.end();
  return { name: phase.name, tally, startSeconds, seconds };
}

async function runOne(phase: Phase, report: Report): Promise<Tally> {
  try {
    const tally = await phase.run(report);
    return tally.passed + tally.failed === 0 ? notStarted("no test ran", report) : tally;
  } catch (error) {
    return notStarted(messageOf(error), report);
  }
}

function notStarted(reason: string, report: Report): Tally {
  report(`  ${reason}`);
  return { passed: 0, failed: 1, failures: [reason] };
}

function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce((a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed }), {
    passed: 0,
    failed: 0,
  });
}
