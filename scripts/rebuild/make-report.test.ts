import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { recoveryPointSeconds } from "../../components/model/node-facts.ts";
import { describeReport } from "./describe-report.ts";
import { makeReport, type RebuildResults, recoveryPoint } from "./make-report.ts";
import { type PhaseName, rebuildReport, type RebuildReport } from "./report.ts";
import { recordedRun } from "./testing/recorded.ts";

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
  const report = rebuildReport.parse(makeReport(results([recovery])));

  it("has phases that add up to the time until the proof, and an RTO without the question", () => {
    const total = report.phases.reduce((sum, { seconds }) => sum + seconds, 0);
    expect(total).toBeCloseTo((verifiedAtMs - startedAtMs) / 1000, 1);
    expect(report.rtoSeconds).toBeCloseTo(total - 5, 1);
  });

  it("is one screen for people, with what matters", () => {
    const text = describeReport(report);
    expect(text.replaceAll(/\s+/g, " ")).toMatch(
      /recovered before .* 10:20:00 UTC\. Everything until 2026-11-22 10:11:12 UTC is there/,
    );
    expect(text).toContain("restore 4.2 s, verify 1.5 s, replay 0.5 s");
    expect(text).toContain("WARNING: backup: late");
    expect(text.split("\n").length).toBeLessThan(40);
  });
});

describe("a time that the operator wanted", () => {
  const decided = { ...results([]).decided, time: "2026-11-22T10:00:00Z" };

  it("had no effect where the volume was there, and the report says so", () => {
    const { warnings } = makeReport({ ...results([{ ...recovery, outcome: "volume" }]), decided });
    expect(warnings.at(-1)).toContain("npm run restore -- --stack local --run 6 --to 2026-11-22T10:00:00Z");
  });

  it("is in what the report says about the data", () => {
    const report = makeReport({ ...results([recovery]), decided });
    expect(report.rpo.meaning).toContain("nothing after 2026-11-22 10:00:00 UTC, as asked");
    expect(report.warnings).toEqual(["backup: late"]);
  });
});

describe("the time that may be lost", () => {
  it("is longer than the node keeps changes out of the archive", async () => {
    const step = new URL("../../components/files/usr/local/lib/imera/steps/40-database", import.meta.url);
    const [, seconds] = /^archive_timeout = (\d+)s$/m.exec(await readFile(step, "utf8")) ?? [];
    expect(Number(seconds)).toBeLessThan(recoveryPointSeconds);
    expect(recoveryPoint([recovery]).meaning).toContain(`${recoveryPointSeconds} s before the outage at most`);
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

function results(recoveries: RebuildReport["recoveries"]): RebuildResults {
  const time = (name: PhaseName, fromMs: number, lengthMs: number) => ({ name, fromMs, toMs: fromMs + lengthMs });
  const checks = [{ name: "login", detail: "imera-canary@imera.test/1" }];
  return {
    stack: { stack: "local", runNumber: 6 },
    domain: "imera.test",
    startedAtMs,
    refreshed: { gone: [], run: recordedRun("refresh"), time: time("refresh", startedAtMs, 10_000) },
    decided: {
      time: undefined,
      leftBehind: [],
      times: [time("plan", startedAtMs + 10_000, 5_000), time("question", startedAtMs + 15_000, 5_000)],
    },
    built: { ups: [up], refreshes: [] },
    verified: {
      value: { checks, warnings: ["backup: late"], recoveries },
      time: time("verification", up.endedAtMs, 2_000),
    },
  };
}
