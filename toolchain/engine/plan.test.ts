import { describe, expect, it } from "vitest";
import { dataLosses, describeChanges, describePlan, type PlannedChange, plannedChanges, warnings } from "./plan.ts";
import { resourceTypes } from "./resource-types.ts";

const volume = { type: resourceTypes.volume, name: "imera-xmpp1-data", properties: [] };
const property = (name: string, from: unknown, to: unknown, replaces = false) => ({ name, from, to, replaces });
const step = (name: string, does: PlannedChange["does"], ...properties: PlannedChange["properties"]) => ({
  does,
  type: resourceTypes.remoteCommand,
  name: `imera-xmpp1-setup-${name}`,
  properties,
});
const bundle = (text: string) =>
  JSON.stringify({
    files: ["a", "b"].map((name) => ({ path: `/etc/${name}`, content: name === "a" ? text : "same" })),
  });

describe("describePlan", () => {
  it("names the files that change on a node, and not their text", () => {
    const changes = [
      step("configuration", "update", property("stdin", bundle("old text"), bundle("new text"))),
      step("ready", "replace", property("triggers", ["1"], ["2"])),
    ];
    expect(describePlan(changes).split("\n")).toEqual([
      "  update     step on the node imera-xmpp1-setup-configuration",
      "               file /etc/a",
      "  run again  step on the node imera-xmpp1-setup-ready",
    ]);
  });

  it("puts what loses data first, says what is lost and why", () => {
    const tag = { does: "create", type: resourceTypes.tag, name: "imera-tag", properties: [] } as const;
    const moved = { ...volume, does: "replace", properties: [property("region", "fra1", "ams3", true)] } as const;
    expect(describePlan([tag, moved]).split("\n")).toEqual([
      "  REPLACE    data volume imera-xmpp1-data",
      "               ALL DATA ON IT IS LOST; what comes back comes from the backup",
      "               region: fra1 → ams3 (cannot be changed in place)",
      "  create     tag imera-tag",
    ]);
  });

  it("shows no secret and no long text", () => {
    const key = { does: "update", type: resourceTypes.sshKey, name: "k" } as const;
    const long = "x".repeat(200);
    const text = describePlan([
      { ...key, properties: [property("publicKey", "[secret]", "[secret]"), property("name", long, `${long}y`)] },
    ]);
    expect(text).toBe("  update     SSH key k\n               publicKey\n               name");
  });

  it("gives equal changes of one type one entry, and different ones two", () => {
    const record = (name: string, ttl: number) => ({
      does: "update" as const,
      type: resourceTypes.dnsRecord,
      name,
      properties: [property("ttl", 60, ttl)],
    });
    const text = describePlan([record("a", 300), record("b", 300), record("c", 300), record("d", 90)]);
    expect(text.split("\n")).toEqual([
      "  update     DNS record a and 2 more",
      "               ttl: 60 → 300",
      "  update     DNS record d",
      "               ttl: 60 → 90",
    ]);
  });

  it("keeps to 80 columns", () => {
    const names = { ...volume, does: "update", properties: [property("n", "a ".repeat(29), "b ".repeat(29))] } as const;
    expect(
      describePlan([names])
        .split("\n")
        .every((line) => line.length <= 80),
    ).toBe(true);
  });

  it("says so where nothing changes", () => {
    expect(describePlan([])).toBe("Nothing has to change.");
  });
});

describe("describeChanges", () => {
  it("says what was changed, how much was made, or that nothing was", () => {
    const made = { does: "create", type: resourceTypes.tag, name: "imera-tag", properties: [] } as const;
    expect(describeChanges([])).toBe("Nothing had to change.");
    expect(describeChanges([made, made])).toBe("Made: 2 parts of the network.");
    expect(describeChanges([made, { ...made, does: "delete" }])).toContain("Changed:\n  create     tag imera-tag\n");
  });
});

describe("plannedChanges", () => {
  it("leaves components and providers out, which are nothing at a vendor", () => {
    const begin = (type: string) => ({
      kind: "begin" as const,
      atMs: 0,
      step: { op: "create", urn: `urn:pulumi:local::imera::${type}::x`, type },
    });
    const types = ["imera:index:XmppNode", "pulumi:providers:command", resourceTypes.tag];
    expect(plannedChanges(types.map(begin)).map(({ type }) => type)).toEqual([resourceTypes.tag]);
  });
});

describe("dataLosses", () => {
  it("finds a volume that would be replaced or deleted, and none that is made or grows", () => {
    const changes = (["create", "update", "replace", "delete"] as const).map((does) => ({ ...volume, does }));
    expect(dataLosses(changes).map(({ does }) => does)).toEqual(["replace", "delete"]);
  });

  it("takes no droplet for data", () => {
    expect(dataLosses([{ does: "replace", type: resourceTypes.droplet, name: "d", properties: [] }])).toEqual([]);
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
