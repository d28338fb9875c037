import { describe, expect, it } from "vitest";
import { dataLosses, describePlan, plannedChanges } from "../../toolchain/engine/plan.ts";
import { recordedRun } from "./testing/recorded.ts";

describe("the plan of a recorded preview", () => {
  const changes = plannedChanges(recordedRun("preview").events);

  it("names each resource of a recorded preview once", () => {
    const names = changes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(changes).toContainEqual({
      properties: [],
      does: "replace",
      type: "command:remote:Command",
      name: "imera-xmpp1-setup-first-contact",
    });
  });

  it("fits on one screen", () => {
    const table = describePlan(changes);
    expect(table.split("\n").length).toBeLessThan(20);
    expect(table.split("\n").every((line) => line.length <= 80)).toBe(true);
    expect(table).toMatch(/update +DNS record imera-dns-\S+ and \d+\s+more/);
  });

  it("takes no data away", () => {
    expect(dataLosses(changes)).toEqual([]);
  });
});
