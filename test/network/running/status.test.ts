import { execa } from "execa";
import { expect, it } from "vitest";
import { localCommand, localProgram } from "../cloud.ts";

it("`npm run local -- status` has asked the network, and names commands that this machine can run", async () => {
  const text = await localCommand("status");
  expect(text).toMatch(/ is up: all \d+ checks are green\.\n/);
  for (const check of ["DNS", "login", "SSH", "postgresql", "ejabberd"]) expect(text).toContain(`✓ ${check} `);
  // A command may be broken into several lines; a shell takes the block as a whole.
  const [, block = ""] = /Look around:\n([^]*?)\n\n/.exec(text) ?? [];
  const { stdout } = await execa("sh", ["-ec", block], { stdin: "ignore", timeout: 30_000 });
  expect(stdout).toMatch(/^null \[\s+\{\s+name: '.+',\s+port: 5222,/);
  expect(stdout).toContain("Verify return code: 0 (ok)");
});

it("`npm run local -- ssh` runs a command on the node with its input, and ends with its exit code", async () => {
  const given = { input: "of stdin", reject: false } as const;
  const { stdout, exitCode } = await localProgram(["ssh", "xmpp1", "cat; echo; hostname; exit 7"], given);
  expect({ stdout, exitCode }).toEqual({ stdout: "of stdin\nxmpp1", exitCode: 7 });
});
