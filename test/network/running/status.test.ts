import { execa } from "execa";
import { expect, it } from "vitest";
import { localCommand } from "../cloud.ts";

it("`npm run local -- status` names commands that this machine can run", async () => {
  const [, block = ""] = /Look around:\n((?: {2}\S.*\n)+)/.exec(await localCommand("status")) ?? [];
  const commands = block.split("\n").filter((line) => line !== "");
  const answers = await Promise.all(
    commands.map(async (command) => (await execa("sh", ["-c", command], { stdin: "ignore", timeout: 30_000 })).stdout),
  );
  expect(answers).toEqual([
    expect.stringMatching(/^null \[\s+\{\s+name: '.+',\s+port: 5222,/),
    expect.stringContaining("Verify return code: 0 (ok)"),
  ]);
});
