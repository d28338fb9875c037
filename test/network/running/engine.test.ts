import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { waitUntil } from "../../../host/wait-until.ts";
import { repositoryRoot } from "../../runner/repository.ts";
import { localCommand, operatorsBusy, testRunNumber } from "../cloud.ts";
import { pulumi } from "../engine.ts";

describe("the engine finds nothing to do", () => {
  it.each([
    ["up", ["up", "--yes", "--expect-no-changes"]],
    ["refresh", ["refresh", "--yes", "--expect-no-changes"]],
  ])("on %s", async (_, args) => {
    const { exitCode, output } = await pulumi(...args);
    expect(exitCode, output).toBe(0);
    expect(output).toMatch(/^ +\d+ unchanged$/m);
  });

  it("on `npm run pulumi -- preview` after the refresh, with an old Node first in PATH", async () => {
    const { exitCode, all } = await withOldNode(["preview", "--expect-no-changes"]);
    expect(exitCode, all).toBe(0);
    expect(all).toMatch(/^ +\d+ unchanged$/m);
    expect(all.split("\n").length).toBeLessThan(15);
  });
});

it("`npm run local -- preview` says that there is nothing to do, where there is nothing", async () => {
  const preview = async () => ({ all: await localCommand("preview").catch(String) });
  expect((await onceFree(preview)).all).toBe("Nothing has to change.");
});

describe("`npm run pulumi` on the stack of a local cloud", () => {
  it("ends with Pulumi's own exit code", async () => {
    const { exitCode, all } = await withOldNode(["stack", "output", "noSuchOutput"]);
    expect(exitCode, all).not.toBe(0);
    expect(all).toContain("noSuchOutput");
  });

  it("refuses what would remove the repository's file of the stack, and says how the stack goes", async () => {
    const { exitCode, all } = await onceFree(() => withOldNode(["stack", "rm", "--yes"]));
    expect(exitCode).toBe(1);
    expect(all).toContain(`npm run local -- down --run ${testRunNumber()}`);
  });
});

/** Runs a command again while another test imports. */
function onceFree<Result extends { readonly all: string }>(command: () => Promise<Result>): Promise<Result> {
  return waitUntil({
    what: "the end of another test's import",
    probe: async () => {
      const result = await command();
      return operatorsBusy.test(result.all) ? { seen: result.all } : { value: result };
    },
    intervalMs: 2000,
    timeoutMs: 600_000,
    lookTimeoutMs: 600_000,
  });
}

/** Runs `npm run pulumi` where the first `node` of the PATH cannot run TypeScript. */
async function withOldNode(args: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), "imera-old-node-"));
  try {
    await writeFile(join(folder, "node"), "#!/bin/sh\necho 'SyntaxError: Unexpected token' >&2\nexit 1\n");
    await chmod(join(folder, "node"), 0o755);
    const stack = ["--stack", "local", "--run", testRunNumber()];
    return await execa(process.execPath, [join(repositoryRoot, "scripts/pulumi.ts"), ...args, ...stack], {
      env: { PATH: [folder, process.env["PATH"]].join(delimiter) },
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: 120_000,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}
