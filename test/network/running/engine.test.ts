import { describe, expect, it } from "vitest";
import { pulumi } from "../engine.ts";

describe("the engine finds nothing to do", () => {
  it.each([
    ["up", ["up", "--yes", "--expect-no-changes"]],
    ["refresh", ["refresh", "--yes", "--expect-no-changes"]],
    ["preview after the refresh", ["preview", "--expect-no-changes"]],
  ])("on %s", async (_, args) => {
    const { exitCode, output } = await pulumi(...args);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/^ +\d+ unchanged$/m);
  });
});
