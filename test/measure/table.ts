/** One measured value and what it is compared with. */
export interface Measurement {
  readonly what: string;
  /** With its unit. */
  readonly value: string;
  /** The goal it is held against, where there is one. */
  readonly goal?: { readonly text: string; readonly met: boolean };
}

/** A Markdown table of measurements. */
export function measurementTable(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ what, value, goal }) => {
    const verdict = goal === undefined ? "" : `${goal.text}: ${goal.met ? "met" : "missed"}`;
    return `| ${what} | ${value} | ${verdict} |`;
  });
  return ["| Measured | Value | Goal |", "| --- | --- | --- |", ...rows].join("\n");
}

/** Formats milliseconds as seconds: `12.3 s`. */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`;
}

/** A ratio of two times with its goal, for example at most 1.5. */
export function ratio(what: string, value: number, floor: number, atMost: number): Measurement {
  const times = value / floor;
  return { what, value: times.toFixed(2), goal: { text: `at most ${atMost}`, met: times <= atMost } };
}

/** The middle value; of an even number the upper of both middle ones. Throws for none. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError("values: a median needs at least one");
  return middle;
}

/** Writes the middle and the longest of times in milliseconds: `10 ms, 675 ms`. Throws for none. */
export function medianAndLongest(times: readonly number[]): string {
  return `${median(times).toFixed(0)} ms, ${Math.max(...times).toFixed(0)} ms`;
}

/** Measures how long `work` takes, in milliseconds; rejects when `work` does. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
