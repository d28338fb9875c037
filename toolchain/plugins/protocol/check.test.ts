import { describe, expect, it } from "vitest";
import { checkInputs } from "./check.ts";
import { flag, list, number, object, text } from "./property.ts";
import { type Bag, UNKNOWN } from "./value.ts";

const table = {
  name: text({ autoname: true }),
  size: number({ required: true }),
  protocol: text({
    rule: (value: string, path: string) => (value === "sctp" ? `${path} must not be ${value}` : undefined),
  }),
  resizeDisk: flag({ default: true }),
  rules: list(object({ port: number({ required: true }) })),
  createdAt: text({ output: true }),
  backupPolicy: text({ unsupported: true }),
};

const seed = new Uint8Array(32).fill(1);
const check = (news: Bag, olds: Bag = {}, naming = {}) =>
  checkInputs(table, news, olds, { name: "data", seed, ...naming }, "Use the official plugin.");
const reasons = (news: Bag) => check(news).failures.map(({ reason }) => reason);

describe("checkInputs", () => {
  it("gives back what is right, with defaults and a name, and says which were filled in", () => {
    const { inputs, failures } = check({ size: 10 });
    expect(failures).toEqual([]);
    expect(inputs).toMatchObject({ size: 10, resizeDisk: true, __defaults: ["name", "resizeDisk"] });
    expect(inputs["name"]).toMatch(/^data-[0-9a-f]{7}$/);
  });

  it("makes the same name of the same seed, another of another", () => {
    const { inputs } = check({ size: 10 });
    expect(check({ size: 20 }).inputs["name"]).toBe(inputs["name"]);
    expect(check({ size: 10 }, {}, { seed: new Uint8Array(32).fill(2) }).inputs["name"]).not.toBe(inputs["name"]);
  });

  it("keeps the name made before, but not one that the program gave before", () => {
    expect(check({ size: 10 }, { name: "data-0000000", __defaults: ["name"] }).inputs["name"]).toBe("data-0000000");
    expect(check({ size: 10 }, { name: "mine" }).inputs["name"]).not.toBe("mine");
  });

  it("follows the stack's naming configuration", () => {
    expect(check({ size: 10 }, {}, { proposed: "prod-data" }).inputs["name"]).toBe("prod-data");
    expect(check({ size: 10 }, {}, { disabled: true }).failures).toMatchObject([{ property: "name" }]);
  });

  it.each([
    [{}, "'size' is required and missing"],
    [{ size: 10, sise: 1 }, "'sise' is not supported here. Use the official plugin."],
    [{ size: 10, backupPolicy: "weekly" }, "'backupPolicy' is not supported here. Use the official plugin."],
    [{ size: 10, createdAt: "now" }, "'createdAt' is an output and cannot be set"],
    [{ size: "ten" }, "'size' must be a number, and is string"],
    [{ size: 10, protocol: "sctp" }, "protocol must not be sctp. Examine values at 'data.protocol'."],
    [{ size: 10, rules: { port: 1 } }, "'rules' must be a list, and is object"],
    [{ size: 10, rules: [{ port: 1 }, {}] }, "'rules[1].port' is required and missing"],
  ])("refuses %j", (news, reason) => {
    expect(reasons(news)).toEqual([reason]);
  });

  it("tells everything that is wrong at once", () => {
    expect(reasons({ sise: 1, protocol: "sctp" })).toHaveLength(3);
  });

  it("reads digits as a number, as programs pass a droplet's id on", () => {
    expect(check({ size: "10" }).inputs["size"]).toBe(10);
  });

  it("lets pass what is not known yet, and takes null for left out", () => {
    expect(check({ size: UNKNOWN, protocol: null })).toMatchObject({ inputs: { size: UNKNOWN }, failures: [] });
  });
});
