import { describe, expect, it } from "vitest";
import { factList, textTable } from "./text-table.ts";

describe("textTable", () => {
  it("lines columns up, numbers at the right", () => {
    const table = textTable(
      ["name", "rows"],
      [
        ["users", 200],
        ["archive", 20_000],
      ],
    );
    expect(table.split("\n")).toEqual(["  name      rows", "  users      200", "  archive  20000"]);
  });

  it("shows the headings alone when there are no rows", () => {
    expect(textTable(["a", "b"], [])).toBe("  a  b");
  });
});

describe("factList", () => {
  it("keeps further lines of a text under the first", () => {
    expect(
      factList([
        ["health", "one\ntwo"],
        ["x", "y"],
      ]).split("\n"),
    ).toEqual(["  health  one", "          two", "  x       y"]);
  });
});
