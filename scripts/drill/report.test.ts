import { describe, expect, it } from "vitest";
import type { Manifest } from "./manifest.ts";
import { describeDrill, drillReport } from "./report.ts";

const expected: Manifest = {
  version: 1,
  takenAt: "2026-11-22T09:57:00Z",
  restorePoint: "imera-20261122T095700Z",
  tables: { users: { rows: 200, checksum: "1:2" }, archive: { rows: 20_000, checksum: "3:4" } },
  uploads: { a: { sizeBytes: 1024, sha256: "aa" }, b: { sizeBytes: 2048, sha256: "bb" } },
};
const findings = {
  stack: "prod",
  domain: "example.org",
  startedMs: Date.parse("2026-11-22T12:00:00Z"),
  record: {
    outcome: "backup" as const,
    backup: "20261122-095600F",
    restorePoint: "imera-20261122T095700Z",
    verified: true,
    seconds: { restore: 3.2 },
    finishedAt: "2026-11-22T12:01:00Z",
  },
  expected,
  ejabberd: "26.07-1~bpo13+1",
  rebuildEjabberd: null,
  canary: "imera-canary@example.org/1",
  gaps: [],
  seconds: { "hosts, restore": 61.23, comparison: 1.5 },
};

describe("a drill's report", () => {
  it("passes without gaps, and says what was compared and how old the backup is", () => {
    const report = drillReport(findings);
    expect(report).toMatchObject({
      passed: true,
      tables: 2,
      rows: 20_200,
      uploads: 2,
      uploadBytes: 3072,
      backupAgeSeconds: 7380,
    });
    expect(describeDrill(report)).toMatchInlineSnapshot(`
      "The newest backup of example.org restores, and nothing is missing.

        backup         20261122-095600F, taken 2026-11-22 09:57:00 UTC, 2 h 3 min
                       before the drill
        restore point  imera-20261122T095700Z
        database       2 tables, 20200 rows compared by count and checksum
        uploads        2 files, 3.0 KiB, compared by SHA-256
        ejabberd       26.07-1~bpo13+1
        canary         logged in as imera-canary@example.org/1

        phase           seconds
        hosts, restore     61.2
        comparison          1.5"
    `);
  });

  it("says when a rebuild would install another ejabberd than the drill ran", () => {
    const textFor = (rebuildEjabberd: string) => describeDrill(drillReport({ ...findings, rebuildEjabberd }));
    expect(textFor("26.04")).toMatch(
      /26\.07-1~bpo13\+1; the prepared image has 26\.04[^]*npm run image -- --stack prod/,
    );
    expect(textFor("26.07")).not.toContain("image");
  });

  it("does not pass with a backup that is older than a day and a half", () => {
    const report = drillReport({ ...findings, startedMs: findings.startedMs + 36 * 3_600_000 });
    expect(report.passed).toBe(false);
    expect(report.gaps).toEqual([expect.stringContaining("backup: the newest is 1 d 14 h old")]);
  });

  it("does not pass with a backup of a time that has not come, as a clock that was ahead makes it", () => {
    const startedMs = Date.parse(expected.takenAt) - 14 * 3_600_000;
    expect(drillReport({ ...findings, startedMs }).gaps).toEqual([
      expect.stringMatching(/^clock: the backup says that it is of 2026-11-22 09:57:00 UTC, which has not come yet/),
    ]);
    expect(drillReport({ ...findings, startedMs: Date.parse(expected.takenAt) - 60_000 }).gaps).toEqual([]);
  });

  it("does not pass with one gap, and lists no more than a screen of them", () => {
    const gaps = Array.from({ length: 25 }, (_, index) => `upload ${index}: is missing`);
    const report = drillReport({ ...findings, canary: null, gaps });
    expect(report.passed).toBe(false);
    const text = describeDrill(report);
    expect(text).toContain("does NOT restore without gaps: 25 found");
    expect(text).toContain("could NOT log in");
    expect(text).toContain("upload 19");
    expect(text).not.toContain("upload 20:");
    expect(text).toContain("and 5 more");
  });
});
