/** Alert as a watch of its own: how long its condition has held, and whether it has been told. */
export interface Watch {
  /** Time since which the condition holds, in milliseconds since 1970; undefined: it does not. */
  readonly sinceMs: number | undefined;
  readonly isTold: boolean;
}

/** Step of a {@link Watch}: what it is now, and what is to be told. */
export interface WatchStep {
  readonly watch: Watch;
  readonly tell: "triggered" | "resolved" | undefined;
}

/** Watch of a condition that does not hold. */
export const calm: Watch = { sinceMs: undefined, isTold: false };

/** Takes a watch one look further: it is told once when its condition has held for `periodMs`, and once when it no longer holds. Pure. */
export function look(watch: Watch, holds: boolean, nowMs: number, periodMs: number): WatchStep {
  if (!holds) return { watch: calm, tell: watch.isTold ? "resolved" : undefined };
  const sinceMs = watch.sinceMs ?? nowMs;
  const isDue = nowMs - sinceMs >= periodMs;
  return { watch: { sinceMs, isTold: watch.isTold || isDue }, tell: isDue && !watch.isTold ? "triggered" : undefined };
}

/** Reads a period such as `2m` or `1h`, in milliseconds. */
export function periodMs(period: string): number {
  return Number.parseInt(period, 10) * (period.endsWith("h") ? 3_600_000 : 60_000);
}
