import process from "node:process";
import { execa } from "execa";
import { projectFolder } from "../../toolchain/engine/stack-folder.ts";
import { operatorEnvironment } from "../../toolchain/engine/environment.ts";
import type { PulumiCli } from "../../toolchain/engine/cli.ts";
import { endInterruptedRun } from "../../toolchain/engine/interrupted-run.ts";
import { setUpToolchain } from "../../toolchain/set-up.ts";
import { stackName as localStack } from "../../local/stack/stack-name.ts";
import { holdStack } from "../network/hold-stack.ts";
import { openStack } from "../network/open-stack.ts";
import { exitCodeOf } from "./exit-code.ts";
import {
  needsStack,
  onlyReads,
  type PulumiArguments,
  runsEngine,
  takesConfigFile,
  withOption,
  withRefresh,
} from "./pulumi-arguments.ts";

/**
 * Runs the Pulumi CLI on the terminal of this process, with all that belongs to the stack that the arguments name. Resolves to
 * its exit code. Throws, with what to do, where there is no such stack, or somebody else works on it.
 */
export async function runPulumi(given: PulumiArguments): Promise<number> {
  if (given.stack === undefined) return withoutStack(given);
  if (given.stack !== localStack && !runsEngine(given)) return withoutFile(given);
  const access = await openStack({ stack: given.stack, run: given.run });
  await using hold = new AsyncDisposableStack();
  if (!onlyReads(given)) {
    hold.use(await holdStack(access));
    await endInterruptedRun(access);
  }
  const asked = { ...given, args: withRefresh(given) };
  if (access.run === undefined) return await onTerminal(access.cli, asked.args);
  // What only a local cloud needs is not loaded for another stack.
  const { runInLocalCloud } = await import("./local-pulumi.ts");
  return await runInLocalCloud(access.run, access, asked, (args) =>
    onTerminal(access.cli, takesConfigFile(given) ? withOption(args, `--config-file=${access.configFile}`) : args),
  );
}

async function withoutStack(given: PulumiArguments): Promise<number> {
  if (given.run !== undefined || needsStack(given)) {
    throw new Error(
      `Which stack? Add --stack NAME, such as --stack prod; --stack local --run 1 is that of local cloud 1: ` +
        `npm run pulumi -- ${given.args.join(" ")} --stack NAME`,
    );
  }
  return onTerminal(await operatorCli(), given.args);
}

/** The CLI itself knows best which stacks there are; some of its commands are for one whose file is yet to be written. */
async function withoutFile({ args, run, stack = "" }: PulumiArguments): Promise<number> {
  if (run !== undefined) throw new Error(`--run is for the stack ${localStack}; ${stack} is in no local cloud.`);
  return onTerminal(await operatorCli(), args);
}

async function operatorCli(): Promise<PulumiCli> {
  const toolchain = await setUpToolchain();
  return { command: toolchain.pulumi, env: operatorEnvironment(toolchain), projectFolder };
}

async function onTerminal(cli: PulumiCli, args: readonly string[]): Promise<number> {
  const child = execa(cli.command, args, {
    cwd: cli.projectFolder,
    env: { ...cli.env },
    extendEnv: false,
    stdio: "inherit",
    reject: false,
  });
  // The terminal sends Ctrl-C to all of its foreground group: passing it on would count it twice, and end the engine at once.
  const passOn = (signal: NodeJS.Signals) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, passOn);
  try {
    return exitCodeOf(await child);
  } finally {
    for (const signal of signals) process.off(signal, passOn);
  }
}
