import { describe, expect, it } from "vitest";
import { measurementTable, median, ratio, seconds } from "../measure/table.ts";

describe("measurements", () => {
  it("take the middle value", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(3);
    expect(() => median([])).toThrow(RangeError);
  });

  it("say whether a ratio meets its goal", () => {
    expect(ratio("a", 3000, 2000, 1.5).goal).toEqual({ text: "at most 1.5", met: true });
    expect(ratio("a", 3001, 2000, 1.5).goal).toEqual({ text: "at most 1.5", met: false });
  });

  it("stand in a table", () => {
    const rows = [{ what: "preview", value: seconds(2345) }, ratio("beside an empty program", 2, 1, 1.5)];
    expect(measurementTable(rows)).toBe(
      [
        "| Measured | Value | Goal |",
        "| --- | --- | --- |",
        "| preview | 2.35 s |  |",
        "| beside an empty program | 2.00 | at most 1.5: missed |",
      ].join("\n"),
    );
  });
});
