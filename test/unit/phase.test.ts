import { describe, expect, it } from "vitest";
import { runPhases, type Phase } from "../runner/phase.ts";

const quiet = (): void => undefined;
const passing = (name: string, passed: number): Phase => ({ name, run: () => Promise.resolve({ passed, failed: 0 }) });
const throwing = (name: string): Phase => ({ name, run: () => Promise.reject(new Error("no disk")) });

describe("runPhases", () => {
  it("adds up the tests of all phases", async () => {
    const result = await runPhases([passing("a", 3), passing("b", 4)], quiet);
    expect(result).toEqual({ passed: 7, failed: 0, failedPhases: [] });
  });

  it("counts a phase that throws as one failure and tells why", async () => {
    const lines: string[] = [];
    const result = await runPhases([throwing("a"), passing("b", 1)], (line) => lines.push(line));
    expect(result).toEqual({ passed: 1, failed: 1, failedPhases: ["a"] });
    expect(lines.join("\n")).toContain("no disk");
  });

  it("counts a phase in which nothing ran as one failure", async () => {
    const result = await runPhases([passing("a", 0)], quiet);
    expect(result).toEqual({ passed: 0, failed: 1, failedPhases: ["a"] });
  });

  it("does not start a phase whose need failed, and counts it as failed", async () => {
    let started = false;
    const dependent: Phase = {
      name: "b",
      needs: ["a"],
      run: () => {
        started = true;
        return Promise.resolve({ passed: 5, failed: 0 });
      },
    };
    const result = await runPhases([throwing("a"), dependent], quiet);
    expect(started).toBe(false);
    expect(result).toEqual({ passed: 0, failed: 2, failedPhases: ["a", "b"] });
  });
});
