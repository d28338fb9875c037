import process from "node:process";
import { Argument } from "commander";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { openStack } from "./network/open-stack.ts";
import { runWatcher } from "./watch/watcher-program.ts";

await runNetworkCommand(
  networkCommand(
    "npm run alarm",
    "Tries the ways by which the watcher tells you: sends a test by each of imera:alarms, and says what came of it. Exit code 1: one failed.",
  )
    .addArgument(new Argument("<what>", "what to do").choices(["test"]))
    .action((_: string, options: NetworkOptions) => test(options)),
);

async function test(options: NetworkOptions): Promise<void> {
  const access = await openStack(options);
  process.exitCode = await runWatcher(access, ["test"], { stdout: "inherit", stderr: "inherit" });
}
