/** How many tests of a phase passed and failed. A skipped test counts as failed: nothing is proved by it. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** One step of the test run. */
export interface Phase {
  readonly name: string;
  /** Names of phases that must have passed, else this one is not started and counts as failed. */
  readonly needs?: readonly string[];
  /** Runs whatever failed before: for tearing down. */
  readonly always?: boolean;
  /** Resolves to what passed and failed; throwing counts as one failure. */
  run(report: Report): Promise<Tally>;
}

/** Writes one line of progress. */
export type Report = (line: string) => void;

/** What a run of phases came to. `failedPhases` are names. */
export interface RunResult extends Tally {
  readonly failedPhases: readonly string[];
}

/**
 * Runs the phases in order, shows each with its time, and adds up their tests. A phase that throws, that ran no test or that
 * could not start counts as one failure.
 */
export async function runPhases(phases: readonly Phase[], report: Report): Promise<RunResult> {
  const failedPhases: string[] = [];
  let total: Tally = { passed: 0, failed: 0 };
  for (const phase of phases) {
    const blocker = phase.needs?.find((name) => failedPhases.includes(name));
    report(`▸ ${phase.name}`);
    const started = performance.now();
    const tally =
      blocker === undefined
        ? await runOne(phase, report)
        : notStarted(`${blocker} failed, so this was not started`, report);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    report(`${tally.failed === 0 ? "✓" : "✗"} ${phase.name}: ${describe(tally)} in ${seconds} s\n`);
    if (tally.failed > 0) failedPhases.push(phase.name);
    total = add(total, tally);
  }
  return { ...total, failedPhases };
}

/** `3 passed, 0 failed`. */
export function describe(tally: Tally): string {
  return `${tally.passed} passed, ${tally.failed} failed`;
}

async function runOne(phase: Phase, report: Report): Promise<Tally> {
  try {
    const tally = await phase.run(report);
    return tally.passed + tally.failed === 0 ? notStarted("no test ran", report) : tally;
  } catch (error) {
    return notStarted(error instanceof Error ? error.message : String(error), report);
  }
}

function notStarted(reason: string, report: Report): Tally {
  report(`  ${reason}`);
  return { passed: 0, failed: 1 };
}

function add(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed };
}
