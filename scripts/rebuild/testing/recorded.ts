import { readFileSync } from "node:fs";
import { type EngineEvent, parseEngineLine } from "../../../toolchain/engine/events.ts";
import type { EngineRun } from "../../../toolchain/engine/run.ts";

/** A run of the real engine, recorded with its own times, which are whole seconds. Of each event, what is read here is kept. */
export function recordedRun(name: "refresh" | "preview" | "up"): EngineRun {
  const lines = readFileSync(new URL(`${name}.jsonl`, import.meta.url), "utf8")
    .trimEnd()
    .split("\n");
  const times = lines.map((line) => timeOf(line)).filter((ms) => ms !== undefined);
  const startedAtMs = times[0] ?? 0;
  const events = lines
    .map((line) => parseEngineLine(line, timeOf(line) ?? startedAtMs))
    .filter((event): event is EngineEvent => event !== undefined);
  return { startedAtMs, endedAtMs: times.at(-1) ?? startedAtMs, events };
}

function timeOf(line: string): number | undefined {
  const [, seconds] = /^\{"sequence":\d+,"timestamp":(\d+)/.exec(line) ?? [];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}
