import { describe, expect, it } from "vitest";
import { factList, textTable, wrapped } from "./text-table.ts";

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

describe("wrapped", () => {
  it("breaks at spaces, and leaves a longer word whole", () => {
    const text = "the store cannot be reached: https://a-very-long-name.example/of/it answers 503";
    expect(wrapped(text, 24)).toEqual([
      "the store cannot be",
      "reached:",
      "https://a-very-long-name.example/of/it",
      "answers 503",
    ]);
  });

  it("keeps an empty text and the lines that are there", () => {
    expect(wrapped("", 10)).toEqual([""]);
    expect(wrapped("a\nb c", 10)).toEqual(["a", "b c"]);
  });
});

describe("factList", () => {
  it("needs no more than 80 columns", () => {
    const lines = factList([["newest WAL archived", "word ".repeat(40).trim()]]).split("\n");
    expect(lines.length).toBe(4);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
  });

  it("keeps further lines of a text under the first", () => {
    expect(
      factList([
        ["health", "one\ntwo"],
        ["x", "y"],
      ]).split("\n"),
    ).toEqual(["  health  one", "          two", "  x       y"]);
  });
});
