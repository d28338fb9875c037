import { describe, expect, it } from "vitest";
import type { StackAccess } from "../network/stack-access.ts";
import { chooseSettings } from "./settings.ts";

describe("chooseSettings", () => {
  it("writes region and time where the program reads them, and can put both back", async () => {
    const settings = new Map([["imera:region", "fra1"]]);
    const chosen = await chooseSettings(access(settings), { region: "lon1", to: "2026-11-22T10:00:00Z" });
    expect(Object.fromEntries(settings)).toEqual({
      "imera:region": "lon1",
      "imera:recoveryTime": "2026-11-22T10:00:00Z",
    });
    await chosen.undo();
    expect(Object.fromEntries(settings)).toEqual({ "imera:region": "fra1" });
  });

  it("refuses to guess whether a time that an earlier run left still holds", async () => {
    const settings = new Map([
      ["imera:region", "fra1"],
      ["imera:recoveryTime", "2026-11-22T10:00:00Z"],
    ]);
    await expect(chooseSettings(access(settings), {})).rejects.toThrow("--to newest");
    expect(settings.size).toBe(2);
    await chooseSettings(access(settings), { to: "2026-11-22T10:00:00Z" });
    expect(settings.get("imera:recoveryTime")).toBe("2026-11-22T10:00:00Z");
    const { time } = await chooseSettings(access(settings), { to: "newest" });
    expect([time, settings.has("imera:recoveryTime")]).toEqual([undefined, false]);
  });

  it("refuses what is no time", async () => {
    await expect(chooseSettings(access(new Map([["imera:region", "fra1"]])), { to: "yesterday" })).rejects.toThrow(
      "--to: yesterday",
    );
  });
});

function access(settings: Map<string, string>): StackAccess {
  return {
    setting: (name: string) => Promise.resolve(settings.get(name)),
    secret: (name: string) => Promise.resolve(settings.get(name) ?? ""),
    set: (name: string, value: string | undefined) => {
      if (value === undefined) settings.delete(name);
      else settings.set(name, value);
      return Promise.resolve();
    },
  } as unknown as StackAccess;
}
