import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryRoot } from "../runner/repository.ts";
import { tallyOf } from "../runner/vitest-phase.ts";

const file = (status: string, ...tests: string[]): object => ({
  name: join(repositoryRoot, "host/lock.test.ts"),
  status,
  message: status === "passed" ? "" : "Cannot find module",
  assertionResults: tests.map((test) => ({
    status: test,
    fullName: `a lock ${test}`,
    failureMessages: test === "failed" ? ["\u001b[31mError: it is held\u001b[39m\n    at lock.ts:3"] : [],
  })),
});

describe("tallyOf", () => {
  it("counts passed and failed tests, and names those that failed", () => {
    expect(tallyOf({ testResults: [file("failed", "passed", "failed"), file("passed", "passed")] }, 1)).toEqual({
      passed: 2,
      failed: 1,
      failures: ["host/lock.test.ts: a lock failed\nError: it is held\n    at lock.ts:3"],
    });
  });

  it.each(["skipped", "pending", "todo"])("counts a %s test as failed", (status) => {
    const failures = [`host/lock.test.ts: a lock ${status}\n`];
    expect(tallyOf({ testResults: [file("passed", "passed", status)] }, 0)).toEqual({ passed: 1, failed: 1, failures });
  });

  it("counts a file that could not be loaded as one failure", () => {
    const failures = ["host/lock.test.ts\nCannot find module"];
    const tally = tallyOf({ testResults: [file("failed"), file("passed", "passed")] }, 1);
    expect(tally).toEqual({ passed: 1, failed: 1, failures });
  });

  it("counts a file as failed whose tests passed, but which failed outside of them", () => {
    expect(tallyOf({ testResults: [file("failed", "passed")] }, 1)).toMatchObject({ passed: 1, failed: 1 });
  });

  it("counts an error outside of any test, which only the exit code tells, as one failure", () => {
    const failures = ["an error outside of any test: see the phase's own lines"];
    expect(tallyOf({ testResults: [file("passed", "passed")] }, 1)).toEqual({ passed: 1, failed: 1, failures });
  });

  it("counts no failure where nothing failed", () => {
    expect(tallyOf({ testResults: [file("passed", "passed")] }, 0)).toEqual({ passed: 1, failed: 0, failures: [] });
  });
});
