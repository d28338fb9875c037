import { z } from "zod";

const withZone = z.iso.datetime({ offset: true });

/**
 * The time that an operator wants the network back at, in UTC and whole seconds (`2026-11-22T10:00:00Z`). Takes RFC 3339 with
 * any offset. Throws for a time without one, and for one to come.
 */
export function restoreTime(typed: string, nowMs = Date.now()): string {
  const parsed = withZone.safeParse(typed.trim().replace(/^(\S+) (\S+)$/, "$1T$2"));
  if (!parsed.success) {
    throw new Error(`--to: ${typed} is no time with an offset from UTC. Write it like 2026-11-22T10:00:00Z.`);
  }
  const milliseconds = Date.parse(parsed.data);
  if (milliseconds > nowMs) throw new Error(`--to: ${typed} is still to come. Now it is ${utcSeconds(nowMs)}.`);
  return utcSeconds(milliseconds);
}

function utcSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
