import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { describe as describeTally, describeTimes, parseTally, runPhases, type Phase } from "../runner/phase.ts";

const quiet = (): void => undefined;
const passing = (name: string, passed: number): Phase => ({ name, run: () => Promise.resolve({ passed, failed: 0 }) });
const throwing = (name: string): Phase => ({ name, run: () => Promise.reject(new Error("no disk")) });

describe("runPhases", () => {
  it("adds up the tests of all phases", async () => {
    const result = await runPhases([passing("a", 3), passing("b", 4)], quiet);
    expect(result).toMatchObject({ passed: 7, failed: 0 });
  });

  it("counts a phase that throws as one failure and tells why", async () => {
    const lines: string[] = [];
    const result = await runPhases([throwing("a"), passing("b", 1)], (line) => lines.push(line));
    expect(result).toMatchObject({
      passed: 1,
      failed: 1,
      phases: [{ name: "a", tally: { failed: 1 } }, { name: "b" }],
    });
    expect(lines.join("\n")).toContain("no disk");
  });

  it("counts a phase in which nothing ran as one failure", async () => {
    expect(await runPhases([passing("a", 0)], quiet)).toMatchObject({ passed: 0, failed: 1 });
  });

  it.each(["a cloud", undefined])(
    "does not start a phase whose need failed, and counts it as failed; its lane: %s",
    async (lane) => {
      let started = false;
      const dependent: Phase = {
        name: "b",
        needs: ["a"],
        ...(lane === undefined ? {} : { lane }),
        run: () => {
          started = true;
          return Promise.resolve({ passed: 5, failed: 0 });
        },
      };
      const result = await runPhases([throwing("a"), dependent, { ...passing("c", 1), needs: ["b"] }], quiet);
      expect(started).toBe(false);
      expect(result).toMatchObject({ passed: 0, failed: 3 });
    },
  );

  it("refuses a need that is no earlier phase, before anything runs", async () => {
    let started = false;
    const first: Phase = {
      name: "a",
      run: () => {
        started = true;
        return Promise.resolve({ passed: 1, failed: 0 });
      },
    };
    const phases = [first, { ...passing("b", 1), needs: ["c"] }, passing("c", 1)];
    await expect(runPhases(phases, quiet)).rejects.toThrow(`the phase "b" needs "c", which is no phase before it`);
    expect(started).toBe(false);
  });
});

/** Phases that take a moment, and what they did in the order in which they did it. */
function recorder() {
  const events: string[] = [];
  const phase = (name: string, options: Partial<Phase> = {}): Phase => ({
    name,
    ...options,
    run: async (report) => {
      events.push(`${name} begins`);
      report(`${name} 1`);
      await sleep(20);
      report(`${name} 2`);
      events.push(`${name} ends`);
      return { passed: 1, failed: 0 };
    },
  });
  return { events, phase };
}

describe("lanes of runPhases", () => {
  it("run beside each other, the phases of one after the other", async () => {
    const { events, phase } = recorder();
    const [one, two] = [{ lane: "one cloud" }, { lane: "another cloud" }];
    await runPhases([phase("a"), phase("b"), phase("w", one), phase("x", one), phase("y", two)], quiet);
    expect(events.slice(0, 3)).toEqual(["a begins", "w begins", "y begins"]);
    expect(events.indexOf("b begins")).toBeGreaterThan(events.indexOf("a ends"));
    expect(events.indexOf("x begins")).toBeGreaterThan(events.indexOf("w ends"));
    expect(events.indexOf("x begins")).toBeLessThan(events.indexOf("b ends"));
  });

  it("let a phase wait for what it needs of another", async () => {
    const { events, phase } = recorder();
    await runPhases([phase("a"), phase("w", { lane: "a cloud", needs: ["a"] }), phase("b", { needs: ["w"] })], quiet);
    expect(events).toEqual(["a begins", "a ends", "w begins", "w ends", "b begins", "b ends"]);
  });

  it("show each phase's lines together, whole", async () => {
    const { phase } = recorder();
    const lines: string[] = [];
    await runPhases([phase("a"), phase("w", { lane: "a cloud" }), phase("b")], (line) => lines.push(line));
    expect(lines.map((line) => line.slice(0, 3))).toEqual(
      ["a", "w", "b"].flatMap((name) => [`▸ ${name}`, `${name} 1`, `${name} 2`, `✓ ${name}`]),
    );
  });

  it("show the lines of the phase begun first as they come", async () => {
    const { events, phase } = recorder();
    await runPhases([phase("a"), phase("w", { lane: "a cloud" })], (line) => events.push(line));
    expect(events.indexOf("a 1")).toBeLessThan(events.indexOf("a ends"));
  });
});

it("describeTimes puts the slowest phase first", () => {
  const tally = { passed: 1, failed: 0 };
  const phases = [
    { name: "static checks", tally, startSeconds: 0, seconds: 95.25 },
    { name: "local cloud up", tally, startSeconds: 23.4, seconds: 1101.04 },
  ];
  expect(describeTimes({ ...tally, phases, seconds: 1124.4 })).toEqual([
    "Phases, slowest first; 1124.4 s in all:",
    " 1101.0 s, from    23.4 s  local cloud up",
    "   95.3 s, from     0.0 s  static checks",
  ]);
});

it("parseTally reads what describe writes, and nothing else", () => {
  const tally = { passed: 861, failed: 28 };
  expect(parseTally(describeTally(tally))).toEqual(tally);
  expect(parseTally("✓ unit tests: 861 passed, 28 failed in 60.0 s")).toBeUndefined();
});
