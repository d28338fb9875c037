import { describe, expect, it } from "vitest";
import { describeLosses } from "./losses.ts";
import { describeReturned } from "./returned.ts";
import { describePlan, describeSetAside } from "./plan.ts";

describe("describeLosses", () => {
  it("counts", () => {
    expect(describeLosses({ accounts: 1, messages: 2, newest: null }, "noon")).toBe(
      "Everything after noon will be gone: 2 archived messages, 1 account that is new or has another password, and every other change since, such as contacts, rooms and settings.\n" +
        "What was taken away since comes back: former passwords, login tokens of lost devices, banned and removed accounts, deleted uploads. The end of the restore names them.",
    );
  });

  it("says that it could not count, and why", () => {
    const error = new Error("runuser failed on the node (exit code 2):\npsql: error: no such file");
    const text = describeLosses(error, "noon");
    expect(text).toContain("How many is unknown, since the database does not answer: psql: error: no such file");
    expect(text).toMatch(/^Everything after noon will be gone/);
  });
});

describe("describeReturned", () => {
  const nothing = { accounts: [], unbanned: [], passwords: 0, tokens: 0, gone: 2 };

  it("names what came back, and leaves out what did not", () => {
    const returned = { ...nothing, accounts: ["bob@a.test"], unbanned: ["carl@a.test"], passwords: 1 };
    const text = describeReturned({ returned, uploadsBack: 25 });
    expect(text).toMatch(
      /removed accounts +bob@a\.test\n.*lifted bans +carl@a\.test\n.*former passwords +1 account\n.*25 files/,
    );
    expect(text).not.toContain("tokens");
    expect(text).toContain("New accounts that are gone: 2.");
  });

  it("does not fill the screen with names", () => {
    const accounts = Array.from({ length: 23 }, (_, index) => `user${String(index)}@a.test`);
    expect(describeReturned({ returned: { ...nothing, accounts }, uploadsBack: 0 })).toMatch(
      /user19@a\.test,\s+and 3 more/,
    );
  });

  it("tells nothing from what is not known", () => {
    expect(describeReturned({ returned: nothing, uploadsBack: 0 })).toMatch(/^Nothing that had been taken away/);
    expect(describeReturned({ returned: null, uploadsBack: 0 })).toContain("not known");
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
