import { describe, expect, it } from "vitest";
import type { PersonOutcome } from "../deliver/node-import.ts";
import { newProgress } from "./progress.ts";
import { reportHtml } from "./report-html.ts";
import { makeReport, problemsOf } from "./report.ts";
import { newTally } from "./tally.ts";

function reportOf(onServer: number, outcomes: readonly PersonOutcome["outcome"][]) {
  const tally = newTally();
  tally.over("contacts", 12);
  tally.lost("passwords", "<b>&", `"x"`);
  return makeReport({
    ...{ isDone: true, source: "s", form: "f", notes: [], domain: { from: "old.test", to: "new.test" } },
    ...{ tally, origins: new Map(), counts: { contacts: onServer } },
    outcomes: outcomes.map((outcome, index) => ({
      user: `u${index}`,
      outcome,
      why: outcome === "failed" ? "!" : undefined,
    })),
  });
}

describe("a report", () => {
  it.each([
    [12, ["imported", "imported"], []],
    [11, ["imported"], ["contacts: 12 came over, 11 are there"]],
    // What people changed here since an earlier import makes other numbers.
    [11, ["imported", "brought up to date"], []],
    [11, ["removed here"], []],
    [12, ["imported", "failed"], ["1 failed: u1"]],
    [11, ["failed", "brought up to date"], ["1 failed: u0"]],
  ] as const)("of %i contacts on the server and people %j has the problems %j", (onServer, outcomes, problems) => {
    expect(problemsOf(reportOf(onServer, outcomes))).toEqual(problems);
  });

  it("is a page that reads in the dark, on a phone and aloud", () => {
    const page = reportHtml(reportOf(12, ["failed"]));
    expect(page).toContain("color-scheme:light dark");
    expect(page).not.toMatch(/background|[;{]color:#(?!d33)/);
    expect(page.match(/<div class="table"><table/g)).toHaveLength(2);
    expect(page).toContain('<th scope="row">contacts</th><td class="number">12</td>');
    expect(page).toMatch(/<th scope="row">&quot;x&quot;<\/th><td><ul><li>passwords: &lt;b&gt;/);
  });

  it("is a page in which nothing of the source is markup", () => {
    const page = reportHtml(reportOf(12, ["failed"]));
    expect(page).toContain("&lt;b&gt;&amp;");
    expect(page).toContain("&quot;x&quot;");
    expect(page).not.toContain("<b>");
    expect(page).not.toMatch(/<script|https?:/);
  });
});

describe("progress", () => {
  it("has a bar and an end in sight", () => {
    let now = 0;
    const progress = newProgress(2000, () => now);
    expect(progress(0)).toBe("░░░░░░░░░░░░░░░░░░░░   0 %, 0 of 2000");
    now = 10_000;
    expect(progress(500)).toBe("█████░░░░░░░░░░░░░░░  25 %, 500 of 2000, 30 s left");
    now = 600_000;
    expect(progress(1000)).toBe("██████████░░░░░░░░░░  50 %, 1000 of 2000, 10 min left");
    expect(progress(2000)).toBe("████████████████████ 100 %, 2000 of 2000");
    expect(newProgress(0, () => 0)(0)).toContain("100 %");
  });
});
