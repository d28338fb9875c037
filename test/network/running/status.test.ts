import { execa } from "execa";
import { expect, it } from "vitest";
import { localCommand, localProgram } from "../cloud.ts";

it("`npm run local -- status` has asked the network, and names commands that this machine can run", async () => {
  const text = await localCommand("status");
  expect(text).toMatch(/ is up: all \d+ checks are green\.\n/);
  for (const check of ["DNS", "login", "SSH", "postgresql", "ejabberd"]) expect(text).toContain(`✓ ${check} `);
  const [, block = ""] = /Look around:\n((?: {2}\S.*\n)+)/.exec(text) ?? [];
  const commands = block.split("\n").filter((line) => line !== "");
  const answers = await Promise.all(
    commands.map(async (command) => (await execa("sh", ["-c", command], { stdin: "ignore", timeout: 30_000 })).stdout),
  );
  expect(answers).toEqual([
    expect.stringMatching(/^null \[\s+\{\s+name: '.+',\s+port: 5222,/),
    expect.stringContaining("Verify return code: 0 (ok)"),
  ]);
});

it("`npm run local -- ssh` runs a command on the node with its input, and ends with its exit code", async () => {
  const given = { input: "of stdin", reject: false } as const;
  const { stdout, exitCode } = await localProgram(["ssh", "xmpp1", "cat; echo; hostname; exit 7"], given);
  expect({ stdout, exitCode }).toEqual({ stdout: "of stdin\nxmpp1", exitCode: 7 });
});
