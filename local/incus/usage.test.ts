import { expect, it } from "vitest";
import { parseUsage } from "./usage.ts";

it("reads what df and the kernel say", () => {
  expect(parseUsage(" 42%\n1000000\n250000\n")).toEqual({ diskPercent: 42, memoryPercent: 75 });
});

it.each(["", " 42%\n", "-\n1000000\n250000\n"])("refuses what is none: %j", (answer) => {
  expect(() => parseUsage(answer)).toThrow("a machine's use cannot be read");
});
