import { describe, expect, it } from "vitest";
import { difference } from "./diff.ts";
import { flag, list, map, number, object, set, text } from "./property.ts";
import { type Bag, UNKNOWN } from "./value.ts";

const table = {
  name: text({ replaces: true }),
  description: text(),
  ipRange: text({ computed: true, replaces: true }),
  size: number(),
  monitoring: flag(),
  tags: set(text()),
  keys: list(text()),
  triggers: list(text(), { replaces: "added" }),
  labels: map(text()),
  connection: object({ host: text(), user: text() }),
  sources: object({ addresses: list(text()) }),
  password: object({ value: text() }, { secret: true }),
  userData: text({ inState: (value: string) => `hash of ${value}` }),
  createdAt: text({ output: true }),
};

const detailed = (state: Bag, inputs: Bag) =>
  Object.fromEntries(
    [...difference(table, state, inputs).detailed].map(([path, { kind, replaces }]) => [
      path,
      replaces ? `${kind}_REPLACE` : kind,
    ]),
  );

describe("difference", () => {
  it.each<[string, Bag, Bag, Record<string, string>]>([
    ["nothing", { name: "a", tags: [], createdAt: "x" }, { name: "a" }, {}],
    ["a value", { size: 10 }, { size: 20 }, { size: "UPDATE" }],
    ["a replacing value", { name: "a" }, { name: "b" }, { name: "UPDATE_REPLACE" }],
    ["something new", { description: null }, { description: "d" }, { description: "ADD" }],
    ["something left out", { description: "d" }, {}, { description: "DELETE" }],
    ["left out, but filled in by the API", { ipRange: "10.0.0.0/20" }, {}, {}],
    ["false left out", { monitoring: false }, {}, {}],
    ["empty for nothing", { description: null, tags: null }, { description: "", tags: [] }, {}],
    ["an unknown", { size: 10 }, { size: UNKNOWN }, { size: "UPDATE" }],
    ["a set in another order", { tags: ["a", "b"] }, { tags: ["b", "a"] }, {}],
    ["a set's member", { tags: ["a"] }, { tags: ["b"] }, { "tags[0]": "UPDATE" }],
    ["a new member", { tags: ["b"] }, { tags: ["a", "b"] }, { "tags[0]": "ADD" }],
    [
      "a list in another order",
      { keys: ["a", "b"] },
      { keys: ["b", "a"] },
      { "keys[0]": "UPDATE", "keys[1]": "UPDATE" },
    ],
    ["a shorter list", { keys: ["a", "b"] }, { keys: ["a"] }, { "keys[1]": "DELETE" }],
    ["a list that was not there", {}, { triggers: ["a"] }, { triggers: "ADD_REPLACE" }],
    ["an item of it", { triggers: ["a"] }, { triggers: ["b"] }, { "triggers[0]": "UPDATE" }],
    [
      "a map's value",
      { labels: { a: "1", b: "2" } },
      { labels: { a: "2" } },
      { "labels.a": "UPDATE", "labels.b": "DELETE" },
    ],
    [
      "an unknown in an object's list",
      { sources: { addresses: ["a", "b"] } },
      { sources: { addresses: ["a", UNKNOWN] } },
      { "sources.addresses[1]": "UPDATE" },
    ],
    [
      "an object's field",
      { connection: { host: "a" } },
      { connection: { host: "b" } },
      { "connection.host": "UPDATE" },
    ],
    [
      "a secret, whose parts are not told",
      { password: { value: "a" } },
      { password: { value: "b" } },
      { password: "UPDATE" },
    ],
    ["what the state holds in another form", { userData: "hash of a" }, { userData: "a" }, {}],
    ["a change of it", { userData: "hash of a" }, { userData: "b" }, { userData: "UPDATE" }],
  ])("finds %s", (_, state, inputs, expected) => {
    expect(detailed(state, inputs)).toEqual(expected);
  });

  it("names what replaces", () => {
    const { replaces, changed } = difference(table, { name: "a", size: 1 }, { name: "b", size: 2 });
    expect(replaces).toEqual(["name"]);
    expect([...changed]).toEqual(["name", "size"]);
  });
});
