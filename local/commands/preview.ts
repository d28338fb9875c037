import { execa } from "execa";

import type { Toolchain } from "../../toolchain/set-up.ts";
import type { Run } from "../run/run.ts";
import { stackCli, stackFiles, stackName } from "../stack/stack.ts";

/**
 * Prints on standard output what `pulumi up` would do to the run's network now: everything, when it was never built. Rejects
 * when the plan cannot be made; the engine has said why on standard output.
 */
export async function previewNetwork(run: Run, toolchain: Toolchain): Promise<void> {
  const cli = stackCli(run, toolchain);
  const args = ["preview", "--diff", "--stack", stackName, "--config-file", stackFiles(run).config];
  const { exitCode } = await execa(cli.command, [...args, "--non-interactive", "--color", "never"], {
    cwd: cli.projectFolder,
    env: { ...cli.env },
    extendEnv: false,
    stdin: "ignore",
    stdout: "inherit",
    stderr: "inherit",
    reject: false,
  });
  if (exitCode !== 0) throw new Error("pulumi preview failed; its own words stand above.");
}
