import { describe, expect, it } from "vitest";
import { dataLosses, describePlan, plannedChanges, warnings } from "./plan.ts";
import { recordedRun } from "./testing/recorded.ts";

describe("plannedChanges", () => {
  const changes = plannedChanges(recordedRun("preview").events);

  it("names each resource of a recorded preview once", () => {
    const names = changes.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(changes).toContainEqual({
      does: "replace",
      type: "command:remote:Command",
      name: "imera-xmpp1-setup-first-contact",
    });
  });

  it("fits on one screen", () => {
    const table = describePlan(changes);
    expect(table.split("\n").length).toBeLessThan(12);
    expect(table).toMatch(/update +DNS record +imera-dns-\S+ and \d+ more/);
  });

  it("takes no data away", () => {
    expect(dataLosses(changes)).toEqual([]);
  });
});

describe("warnings", () => {
  it("are those of the preview, each once", () => {
    const line = { kind: "line", atMs: 0, name: "" } as const;
    const missing = { ...line, severity: "warning", text: "No prepared image in lon1.\n" };
    expect(warnings([missing, { ...line, severity: "info", text: "hello" }, missing])).toEqual([
      "No prepared image in lon1.",
    ]);
  });
});

describe("dataLosses", () => {
  const volume = { type: "digitalocean:index/volume:Volume", name: "imera-xmpp1-data" };

  it("finds a volume that would be replaced or deleted, and none that is made or grows", () => {
    const changes = (["create", "update", "replace", "delete"] as const).map((does) => ({ ...volume, does }));
    expect(dataLosses(changes).map(({ does }) => does)).toEqual(["replace", "delete"]);
  });
});
