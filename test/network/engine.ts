import { execa } from "execa";
import { runNumbered } from "../../local/run/run.ts";
import { stackCli, stackFiles } from "../../local/stack/stack.ts";
import { stackName } from "../../local/stack/stack-name.ts";
import { setUpToolchain } from "../../toolchain/set-up.ts";
import { testRunNumber } from "./cloud.ts";

/** Exit code of a run of the engine, -1 where there is none, and all that the engine printed. */
export interface EngineResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Runs `pulumi` on the stack of the tests' local cloud, as `npm run local` does. */
export async function pulumi(...args: string[]): Promise<EngineResult> {
  const run = runNumbered(Number(testRunNumber()));
  const cli = stackCli(run, await setUpToolchain());
  const flags = [
    "--stack",
    stackName,
    "--config-file",
    stackFiles(run).configFile,
    "--non-interactive",
    "--color",
    "never",
  ];
  const result = await execa(cli.command, [...args, ...flags], {
    cwd: cli.projectFolder,
    env: { ...cli.env },
    extendEnv: false,
    all: true,
    reject: false,
    stdin: "ignore",
    timeout: 600_000,
  });
  return { exitCode: result.exitCode ?? -1, output: result.all };
}
