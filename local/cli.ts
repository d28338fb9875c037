import process from "node:process";

import { Command } from "commander";

import { setUpToolchain } from "../toolchain/set-up.ts";
import { runAsRoot } from "../host/as-root.ts";
import { takeDown } from "./commands/down.ts";
import { holdRun } from "./run/hold-run.ts";
import { previewNetwork } from "./commands/preview.ts";
import { runMain } from "../host/terminal/main.ts";
import { showSteps } from "../host/terminal/progress.ts";
import { runNumbered, type Run } from "./run/run.ts";
import { runNumber } from "./run/run-number.ts";
import { buildNetwork, localZones, prepareStack, wasInterrupted } from "./stack/stack.ts";
import { describeStatus, readStatus, recordToolchain } from "./commands/status.ts";
import { bringCloudUp } from "./commands/up.ts";

interface Options {
  readonly run: number;
  /** False with `--no-stack`: `pulumi up` is not run. */
  readonly stack: boolean;
  readonly json: boolean;
}

const program = new Command("npm run local --").description(
  "A DigitalOcean and a Cloudflare of your own on this machine, with the XMPP network in them.",
);

addCommand("up", "Brings the local cloud and the network up, or completes them.", up)
  .option("--no-stack", "the cloud alone, without the network")
  .addHelpText("after", "\nThis is what `npm run local` does.");
addCommand("preview", "Shows what `pulumi up` would change, and changes nothing in the network.", preview);
addCommand("status", "Says what runs and how to log in.", status).option("--json", "for programs");
addCommand("down", "Removes everything, whatever state it is in.", down);

await runMain("npm run local", async () => {
  const asRoot = await runAsRoot();
  if (asRoot !== undefined) return asRoot;
  const [command] = process.argv.slice(2);
  const isDefault = command === undefined || (command.startsWith("--") && command !== "--help");
  await program.parseAsync(isDefault ? ["up", ...process.argv.slice(2)] : process.argv.slice(2), { from: "user" });
  return undefined;
});

function addCommand(name: string, description: string, action: (run: Run, options: Options) => Promise<void>): Command {
  return program
    .command(name)
    .description(description)
    .option("--run <number>", "number of the local cloud, 1 to 254: several can run beside each other", runNumber, 1)
    .action((options: Options) => action(runNumbered(options.run), options));
}

async function up(run: Run, options: Options): Promise<void> {
  const step = showSteps();
  await using hold = new AsyncDisposableStack();
  hold.use(await holdRun(run));
  const toolchain = options.stack ? await step("toolchain", (report) => setUpToolchain({ report })) : undefined;
  if (toolchain !== undefined && (await wasInterrupted(run, toolchain))) {
    process.stderr.write("An earlier start was cut off in the middle; starting afresh.\n");
    await takeDown(run, step);
  }
  await bringCloudUp(run, {
    zones: await localZones(),
    step,
    meanwhile: async (cloud) => (toolchain === undefined ? undefined : prepareStack(cloud, toolchain)),
  });
  if (toolchain === undefined) return;
  await recordToolchain(run, toolchain);
  await step("network (pulumi up)", (report) => buildNetwork(run, toolchain, report));
  process.stdout.write(`\n${describeStatus(run, await readStatus(run))}\n`);
}

async function preview(run: Run): Promise<void> {
  const step = showSteps();
  await using hold = new AsyncDisposableStack();
  hold.use(await holdRun(run));
  const toolchain = await step("toolchain", (report) => setUpToolchain({ report }));
  await bringCloudUp(run, {
    zones: await localZones(),
    step,
    meanwhile: (cloud) => prepareStack(cloud, toolchain),
  });
  await previewNetwork(run, toolchain);
}

async function status(run: Run, { json }: Options): Promise<void> {
  const found = await readStatus(run);
  process.stdout.write(json ? `${JSON.stringify(found, undefined, 2)}\n` : `${describeStatus(run, found)}\n`);
}

async function down(run: Run): Promise<void> {
  if (await takeDown(run, showSteps())) process.stderr.write(`Local cloud ${run.number} is gone.\n`);
  else process.stderr.write(`Nothing to remove: there is no local cloud ${run.number}.\n`);
}
