import { describe, expect, it } from "vitest";
import { tallyOf } from "../runner/vitest-phase.ts";

const file = (status: string, ...tests: string[]): object => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

describe("tallyOf", () => {
  it("counts passed and failed tests", () => {
    expect(tallyOf({ testResults: [file("failed", "passed", "failed"), file("passed", "passed")] }, 1)).toEqual({
      passed: 2,
      failed: 1,
    });
  });

  it.each(["skipped", "pending", "todo"])("counts a %s test as failed", (status) => {
    expect(tallyOf({ testResults: [file("passed", "passed", status)] }, 0)).toEqual({ passed: 1, failed: 1 });
  });

  it("counts a file that could not be loaded as one failure", () => {
    expect(tallyOf({ testResults: [file("failed"), file("passed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1 });
  });

  it("counts an error outside of any test, which only the exit code tells, as one failure", () => {
    expect(tallyOf({ testResults: [file("passed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1 });
  });

  it("counts no failure where nothing failed", () => {
    expect(tallyOf({ testResults: [file("passed", "passed")] }, 0)).toEqual({ passed: 1, failed: 0 });
  });
});
