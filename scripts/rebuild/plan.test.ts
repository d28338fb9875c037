import { describe, expect, it } from "vitest";
import { dataLosses, describeGone, describePlan, goneResources, plannedChanges } from "./plan.ts";
import { recordedRun } from "./testing/recorded.ts";

describe("goneResources", () => {
  it("names what a recorded refresh found gone, in plain words", () => {
    const gone = goneResources(recordedRun("refresh").events);
    expect(gone.map(({ name }) => name).toSorted()).toEqual([
      "imera-xmpp1-attachment",
      "imera-xmpp1-data",
      "imera-xmpp1-droplet",
    ]);
    expect(describeGone(gone)).toContain("droplet (imera-xmpp1-droplet)");
  });

  it("says so when nothing is", () => {
    expect(describeGone([])).toBe("Nothing is gone.");
  });
});

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

describe("dataLosses", () => {
  const volume = { type: "digitalocean:index/volume:Volume", name: "imera-xmpp1-data" };

  it("finds a volume that would be replaced or deleted, and none that is made or grows", () => {
    const changes = (["create", "update", "replace", "delete"] as const).map((does) => ({ ...volume, does }));
    expect(dataLosses(changes).map(({ does }) => does)).toEqual(["replace", "delete"]);
  });
});
