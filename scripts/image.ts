import { Option } from "commander";
import path from "node:path";
import process from "node:process";
import { takeLock } from "../host/lock.ts";
import { showSteps } from "../host/terminal/progress.ts";
import { watchForInterruption } from "./drill/interruption.ts";
import { describeImage } from "./image/describe-image.ts";
import { makeImage } from "./image/make-image.ts";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { openStack } from "./network/open-stack.ts";

interface Options extends NetworkOptions {
  readonly region: readonly string[];
}

await runNetworkCommand(
  networkCommand(
    "npm run image",
    "Makes an image with a node's packages on it, of a droplet that is thrown away. With imera:image prepared, new droplets are " +
      "made from it. The last two images are kept.",
  )
    .addOption(new Option("--region <slug...>", "copies it to these regions, too").default([], "none"))
    .action(image),
);

async function image(options: Options): Promise<void> {
  const access = await openStack(options);
  const { stack, workFolder } = access;
  await using hold = new AsyncDisposableStack();
  hold.use(
    await takeLock(
      path.join(workFolder, "image.pid"),
      (owner) => `An image for the stack ${stack} is being made already: ${owner}. Wait for it, or end it first.`,
    ),
  );
  using interruption = watchForInterruption((line) => process.stderr.write(`\n${line}\n`));
  const made = await makeImage({ access, regions: options.region, step: showSteps(), signal: interruption.signal });
  process.stdout.write(`\n${describeImage(made)}\n`);
}
