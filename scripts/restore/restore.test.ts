import { describe, expect, it } from "vitest";
import { describeLosses } from "./losses.ts";
import { describePlan, describeSetAside } from "./plan.ts";

describe("describeLosses", () => {
  it("counts", () => {
    expect(describeLosses({ accounts: 1, messages: 2, newest: null }, "noon")).toBe(
      "Everything after noon will be gone: 2 archived messages, 1 new account, and every other change since, such as contacts, rooms, settings and uploads.",
    );
  });

  it("says that it could not count, and why", () => {
    const error = new Error("runuser failed on the node (exit code 2):\npsql: error: no such file");
    const text = describeLosses(error, "noon");
    expect(text).toContain("How many is unknown, since the database does not answer: psql: error: no such file");
    expect(text).toMatch(/^Everything after noon will be gone/);
  });
});

describe("describePlan", () => {
  it("tells what earlier restores have left", () => {
    const [one, two] = ["/srv/main.before-1", "/srv/main.before-2"];
    const plan = { backup: "20261122-101112F", leftAt: null };
    const text = describePlan({ ...plan, setAside: { [one]: 64 * 2 ** 20, [two]: 32 * 2 ** 20 } });
    expect(text).toContain("The backup 20261122-101112F is restored");
    expect(text).toContain("have set aside 96.0 MiB");
    expect(text).toContain(`${two}  32.0 MiB`);
    expect(describePlan({ ...plan, setAside: {} })).not.toContain("Earlier");
  });

  it("tells that the time was cut off by a restore since, and comes back", () => {
    const plan = { backup: "20261122-101112F", leftAt: "2026-11-22T12:00:00Z", setAside: {} };
    expect(describePlan(plan)).toContain("before the restore or rebuild of 2026-11-22 12:00:00 UTC");
    expect(describePlan({ ...plan, leftAt: null })).not.toContain("before the restore");
  });

  it("says how to get rid of what this one has left", () => {
    expect(describeSetAside("/srv/main.before-1")).toContain("rm -r /srv/main.before-1");
  });
});
