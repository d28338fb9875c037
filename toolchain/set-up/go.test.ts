import { describe, expect, it } from "vitest";
import { chooseGoToolchain, isAtLeast } from "./go.ts";
import type { Command, CommandResult } from "./run-command.ts";

describe("isAtLeast", () => {
  it.each([
    ["1.25.11", "1.25.11", true],
    ["1.25.9", "1.25.11", false],
    ["1.26", "1.25.11", true],
    ["1.26rc1", "1.25.11", true],
    ["1.19.8", "1.21", false],
    ["2.0", "1.25.11", true],
  ])("%s against %s", (version, minimum, expected) => expect(isAtLeast(version, minimum)).toBe(expected));
});

describe("chooseGoToolchain", () => {
  it("takes the installed Go when it is new enough", async () => {
    const { choice, reported } = await choose({ local: "go version go1.25.11 linux/amd64" });
    expect(choice).toBe("local");
    expect(reported).toEqual([]);
  });

  it("lets an older one fetch a newer one", async () => {
    const { choice, reported } = await choose({
      local: "go version go1.24.4 linux/amd64",
      auto: "go version go1.25.11 linux/amd64",
    });
    expect(choice).toBe("auto");
    expect(reported.join()).toContain("Go 1.24.4 is older than 1.25.11");
  });

  it.each([
    ["no Go", {}, "Go is not installed"],
    ["one that cannot fetch", { local: "go version go1.19.8 linux/amd64" }, "the installed Go is 1.19.8"],
    ["one whose fetching fails", { local: "go version go1.24.4 linux/amd64" }, "GOTOOLCHAIN=auto failed"],
  ])("refuses %s and says what to install", async (_what, answers, why) => {
    await expect(choose(answers)).rejects.toThrow(why);
    await expect(choose(answers)).rejects.toThrow("Install Go 1.25.11 or newer");
  });
});

async function choose(answers: { local?: string; auto?: string }) {
  const reported: string[] = [];
  const run = ({ environment }: Command): Promise<CommandResult> => {
    const stdout = answers[environment?.["GOTOOLCHAIN"] === "auto" ? "auto" : "local"];
    return Promise.resolve({
      exitCode: stdout === undefined ? undefined : 0,
      stdout: stdout ?? "",
      stderr: "",
      failure: stdout === undefined ? "Command failed with ENOENT" : undefined,
    });
  };
  const search = { part: "cli", reason: "it is built", minimumGo: "1.25.11", moduleFolder: "/m", run };
  const choice = await chooseGoToolchain({ ...search, report: (line) => void reported.push(line) });
  return { choice, reported };
}
