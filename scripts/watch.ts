import path from "node:path";
import process from "node:process";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { openStack } from "./network/open-stack.ts";
import { runWatcher } from "./watch/watcher-program.ts";

interface Options extends NetworkOptions {
  readonly once?: boolean;
}

await runNetworkCommand(
  networkCommand(
    "npm run watch",
    "Watches a network from this machine as its users use it, until you end it, and tells of changes by imera:alarms.",
  )
    .option("--once", "tries everything once; exit code 1: something does not work")
    .action(watch),
);

async function watch(options: Options): Promise<void> {
  const access = await openStack(options);
  // Ctrl+C is for the watcher, which ends well then.
  process.on("SIGINT", () => undefined);
  process.exitCode = await runWatcher(access, options.once === true ? ["once"] : [], {
    stdout: "inherit",
    stderr: "inherit",
    ...(options.once === true ? {} : { folder: path.join(access.workFolder, "watch") }),
  });
}
