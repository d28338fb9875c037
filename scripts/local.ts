import process from "node:process";

import { Command } from "commander";

import { setUpToolchain } from "../toolchain/set-up.ts";
import { runAsRoot } from "../host/as-root.ts";
import { takeDown } from "../local/commands/down.ts";
import { describeRemoval, noteMaker, refuseAnothersCloud } from "../local/commands/maker.ts";
import { holdRun } from "../local/run/hold-run.ts";
import { previewNetwork } from "../local/commands/preview.ts";
import { runMain } from "../host/terminal/main.ts";
import { showSteps } from "../host/terminal/progress.ts";
import { runNumbered, type Run } from "../local/run/run.ts";
import { runNumber } from "../local/run/run-number.ts";
import { buildNetwork, localZones, prepareStack, wasInterrupted } from "../local/stack/stack.ts";
import { describeLogin, readFacts, recordToolchain } from "../local/commands/status.ts";
import { ensureGo } from "../local/preparation/host-packages.ts";
import { isOperators, operatorCommand } from "./local/operator-command.ts";
import { localArguments } from "./local/local-arguments.ts";
import { describeTaken, type TakenSettings } from "../local/stack/edited-settings.ts";
import { stackName } from "../local/stack/stack-name.ts";
import { bringCloudUp } from "../local/commands/up.ts";

interface Options {
  readonly run: number;
  /** False with `--no-stack`: `pulumi up` is not run. */
  readonly stack: boolean;
  readonly yes?: boolean;
}

const program = new Command("npm run local --").description(
  "A DigitalOcean and a Cloudflare of your own on this machine, with the XMPP network in them.",
);

addCommand("up", "Brings the local cloud and the network up, or completes them.", up)
  .option("--no-stack", "the cloud alone, without the network")
  .addHelpText("after", "\nThis is what `npm run local` does.");
addCommand("preview", "Shows what `pulumi up` would change, and changes nothing in the network.", preview);
program.command("status").description("Asks the network how it is, and says how to log in. --json: for programs.");
program.command("ssh").description("A shell on a node, or one command there: ssh [NODE] [COMMAND …]");
addCommand("down", "Removes everything, whatever state it is in.", down).option(
  "--yes",
  "also where another clone of this repository made it",
);

await runMain("npm run local", async () => {
  const { command, rest } = localArguments(process.argv.slice(2));
  if (isOperators(command)) return operatorCommand(command, rest);
  const asRoot = await runAsRoot();
  if (asRoot !== undefined) return asRoot;
  await program.parseAsync([command, ...rest], { from: "user" });
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
  const toolchain = options.stack
    ? await step("toolchain", (report) => setUpToolchain({ report, provideGo: ensureGo }))
    : undefined;
  if (toolchain !== undefined && (await wasInterrupted(run, toolchain))) {
    process.stderr.write("An earlier start was cut off in the middle; starting afresh.\n");
    await takeDown(run, step);
  }
  let taken: TakenSettings | undefined;
  await bringCloudUp(run, {
    zones: await localZones(),
    step,
    meanwhile: async (cloud) => {
      taken = toolchain === undefined ? undefined : await prepareStack(cloud, toolchain);
    },
  });
  if (toolchain === undefined) return;
  tellTaken(taken);
  await noteMaker(run);
  await recordToolchain(run, toolchain);
  const changes = await step("network (pulumi up)", (report) => buildNetwork(run, toolchain, report));
  const facts = await readFacts(run);
  process.stdout.write(`\n${changes}\nThe XMPP network ${facts.domain} is up.\n\n${describeLogin(run, facts)}\n`);
}

async function preview(run: Run): Promise<void> {
  const step = showSteps();
  await using hold = new AsyncDisposableStack();
  hold.use(await holdRun(run));
  const toolchain = await step("toolchain", (report) => setUpToolchain({ report, provideGo: ensureGo }));
  let taken: TakenSettings | undefined;
  await bringCloudUp(run, {
    zones: await localZones(),
    step,
    meanwhile: async (cloud) => {
      taken = await prepareStack(cloud, toolchain);
    },
  });
  tellTaken(taken);
  await previewNetwork(run, toolchain);
}

function tellTaken(taken: TakenSettings | undefined): void {
  const text = taken === undefined ? undefined : describeTaken(taken, `Pulumi.${stackName}.yaml`);
  if (text !== undefined) process.stderr.write(`${text}\n`);
}

async function down(run: Run, { yes }: Options): Promise<void> {
  if (yes !== true) await refuseAnothersCloud(run);
  process.stderr.write(`${describeRemoval(run)}\n`);
  if (await takeDown(run, showSteps())) process.stderr.write(`Local cloud ${run.number} is gone.\n`);
  else process.stderr.write(`Nothing to remove: there is no local cloud ${run.number}.\n`);
}
