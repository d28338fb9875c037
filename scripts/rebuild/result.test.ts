import { describe, expect, it } from "vitest";
import { rebuildReport, type RebuildReport } from "./report.ts";
import { describeReport, recoveryPoint, reportOf } from "./result.ts";
import { recordedRun } from "./testing/recorded.ts";
import { upTimes } from "./timeline.ts";
import type { Work } from "./work.ts";

const up = recordedRun("up");
const startedAtMs = up.startedAtMs - 20_000;
const verifiedAtMs = up.endedAtMs + 2_000;
const recovery = {
  node: "xmpp1.imera.test",
  outcome: "backup",
  backup: "20261122-100000F",
  restorePoint: "imera-20261122T100001Z",
  verified: true,
  lastTransactionAt: "2026-11-22T10:11:12Z",
  seconds: { restore: 4.2, verify: 1.5, replay: 0.5, files: null },
  finishedAt: "2026-11-22T10:20:00Z",
} as const;

describe("the report", () => {
  const report = rebuildReport.parse(reportOf(work(), "imera.test", found([recovery]), verifiedAtMs));

  it("has phases that add up to the time until the proof, and an RTO without the question", () => {
    const total = report.phases.reduce((sum, { seconds }) => sum + seconds, 0);
    expect(total).toBeCloseTo((verifiedAtMs - startedAtMs) / 1000, 1);
    expect(report.rtoSeconds).toBeCloseTo(total - 5, 1);
  });

  it("is one screen for people, with what matters", () => {
    const text = describeReport(report);
    expect(text).toMatch(/recovered before .* 10:20:00 UTC\. Everything until 2026-11-22 10:11:12 UTC is there/);
    expect(text).toContain("restore 4.2 s, verify 1.5 s, replay 0.5 s");
    expect(text).toContain("WARNING: backup: late");
    expect(text.split("\n").length).toBeLessThan(40);
  });
});

describe("recoveryPoint", () => {
  it.each([
    [["volume"], "nothing lost"],
    [["volume", "backup"], "restored from backup"],
    [["backup", "initialised"], "new and empty"],
  ] as const)("of nodes with %j is %s", (outcomes, worst) => {
    expect(recoveryPoint(outcomes.map((outcome) => ({ ...recovery, outcome }))).outcome).toBe(worst);
  });
});

function found(recoveries: RebuildReport["recoveries"]) {
  return { checks: [{ name: "login", detail: "imera-canary@imera.test/1" }], warnings: ["backup: late"], recoveries };
}

function work(): Work {
  const times = upTimes(up, startedAtMs);
  return {
    access: { stack: "local" } as Work["access"],
    options: {},
    startedAtMs,
    attempts: 1,
    phases: [
      { name: "refresh", seconds: 10 },
      { name: "plan", seconds: 5 },
      { name: "question", seconds: 5 },
      ...times.phases,
      { name: "verification", seconds: 2 },
    ],
    runs: [up],
    operations: [...times.operations],
    nodeSteps: [...times.nodeSteps],
    gone: [],
    leftBehind: [],
  };
}
