import { writeFile } from "node:fs/promises";
import process from "node:process";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { holdStack } from "./network/hold-stack.ts";
import { openStack } from "./network/open-stack.ts";
import { describeReport } from "./rebuild/describe-report.ts";
import { rebuild, type RebuildOptions } from "./rebuild/rebuild.ts";

interface Options extends RebuildOptions, NetworkOptions {}

await runNetworkCommand(
  networkCommand(
    "npm run rebuild",
    "Brings a network back after an outage: whatever of it is gone is built anew, with its data.",
  )
    .option("--region <slug>", "builds in another region of DigitalOcean, from now on")
    .option("--to <time>", "where data come from a backup: no further than this time (2026-11-22T10:00:00Z), or newest")
    .option(
      "--from-copy",
      "fills the network's bucket from the copy at another provider first, where that bucket is gone",
    )
    .option("--copy-at <time>", "with --from-copy: the copy as it was then (2026-11-22T10:00:00Z)")
    .option("--leave-behind", "forgets what is in another region, without deleting it there")
    .option("--yes", "without asking")
    .option("--yes-leave-behind", "without asking what --leave-behind asks")
    .option("--json <file>", "writes the timeline for programs")
    .action(run),
);

async function run(options: Options): Promise<void> {
  const access = await openStack(options);
  await using hold = new AsyncDisposableStack();
  hold.use(await holdStack(access));
  const report = await rebuild(access, options);
  if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  process.stdout.write(`${describeReport(report)}\n`);
}
