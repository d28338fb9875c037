import { describe, expect, it } from "vitest";
import { describeFailures, parseFailures } from "../runner/failures.ts";
import type { PhaseResult } from "../runner/phase.ts";

const phase = (name: string, ...failures: string[]): PhaseResult => ({
  name,
  tally: { passed: 1, failed: failures.length, failures },
  startSeconds: 0,
  seconds: 1,
});

describe("describeFailures", () => {
  it("says nothing where nothing failed", () => {
    expect(describeFailures({ phases: [phase("unit tests")] })).toEqual([]);
  });

  it("repeats each failure with its phase and the first lines of what it said", () => {
    const long = ["a.test.ts: holds", "", "Error: it does not", "b", "c", "d", "e", "f", "g"].join("\n");
    expect(
      describeFailures({ phases: [phase("unit tests", long), phase("contract tests"), phase("image", "no disk")] }),
    ).toEqual([
      "What failed:",
      "  ✗ unit tests: a.test.ts: holds",
      "      Error: it does not",
      ...["b", "c", "d", "e"].map((line) => `      ${line}`),
      "  ✗ image: no disk",
    ]);
  });

  it("ends after twenty, and says how many more there are", () => {
    const lines = describeFailures({
      phases: [phase("unit tests", ...Array.from({ length: 23 }, (_, at) => `test ${at}`))],
    });
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe("  ✗ and 3 more, above");
  });
});

describe("parseFailures", () => {
  it("reads what describeFailures wrote, among other lines", () => {
    const lines = describeFailures({
      phases: [phase("unit tests", "a.test.ts: holds\nError: no", "b.test.ts: stays")],
    });
    expect(parseFailures(["✗ unit tests: 3 passed, 2 failed in 4.0 s", ...lines, "3 passed, 2 failed"])).toEqual([
      "unit tests: a.test.ts: holds\nError: no",
      "unit tests: b.test.ts: stays",
    ]);
  });

  it("reads none where none are repeated", () => {
    expect(parseFailures(["✓ unit tests: 3 passed, 0 failed in 4.0 s", "3 passed, 0 failed"])).toEqual([]);
  });
});
