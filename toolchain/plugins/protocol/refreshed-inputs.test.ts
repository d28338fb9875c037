import { describe, expect, it } from "vitest";
import { list, number, object, set, text } from "./property.ts";
import { inputsFromState } from "./refreshed-inputs.ts";

const table = {
  name: text({ replaces: true }),
  description: text(),
  ipRange: text({ computed: true, replaces: true }),
  size: number(),
  tags: set(text()),
  rules: set(object({ port: text(), tags: set(text()) })),
  createdAt: text({ output: true }),
};

describe("inputsFromState", () => {
  it("keeps inputs that the state agrees with, and takes drift in", () => {
    const inputs = { name: "a", tags: ["b", "a"], size: 10, description: "d" };
    const state = { name: "a", tags: ["a", "b"], size: 20, description: null };
    expect(inputsFromState(table, inputs, state)).toEqual({ name: "a", tags: ["a", "b"], size: 20 });
  });

  it("keeps what the program gives although it is empty", () => {
    const grants = { grants: list(object({ bucket: text(), permission: text() })) };
    const found = [{ bucket: "b", permission: "", note: "" }];
    const inputs = { grants: [{ bucket: "b", permission: "write" }] };
    expect(inputsFromState(grants, inputs, { grants: found })).toEqual({ grants: [{ bucket: "b", permission: "" }] });
  });

  it("gives sets of texts the state's order, also within a rule, and keeps the order of rules", () => {
    const rules = [{ port: "443" }, { port: "22", tags: ["y", "x"] }];
    const state = {
      rules: [
        { port: "22", tags: ["x", "y"] },
        { port: "443", tags: [] },
      ],
    };
    expect(inputsFromState(table, { rules }, state)).toEqual({
      rules: [{ port: "443" }, { port: "22", tags: ["x", "y"] }],
    });
  });

  it("keeps an empty text, whatever the API made of it", () => {
    expect(inputsFromState(table, { name: "" }, { name: "fra1" })).toEqual({ name: "" });
  });

  it("takes drift in of what the state holds in another form, which is no drift by itself", () => {
    const slug = { size: text({ inState: (size: string) => size.toLowerCase() }) };
    expect(inputsFromState(slug, { size: "S-1" }, { size: "s-1" })).toEqual({ size: "S-1" });
    expect(inputsFromState(slug, { size: "S-1" }, { size: "s-2" })).toEqual({ size: "s-2" });
  });

  it("leaves out what the program had left out", () => {
    expect(inputsFromState(table, { name: "a" }, { name: "a", ipRange: "10.0.0.0/20" })).toEqual({ name: "a" });
  });

  it("makes inputs of all that the state holds at an import", () => {
    const state = { name: "a", ipRange: "10.0.0.0/20", tags: [], createdAt: "x" };
    expect(inputsFromState(table, {}, state)).toEqual({ name: "a", ipRange: "10.0.0.0/20" });
  });
});
