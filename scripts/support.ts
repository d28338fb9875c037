import process from "node:process";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { writeNewFile } from "./network/new-file.ts";
import { openStack } from "./network/open-stack.ts";
import { collectSupport } from "./support/collect-support.ts";

interface Options extends NetworkOptions {
  readonly out?: string;
}

await runNetworkCommand(
  networkCommand(
    "npm run support",
    "Collects what one would send for help into one text: versions, settings, the doctor's findings, states and the last troubles in " +
      "the logs of the nodes. No secret, nobody's name, address or words are in it. Read it before you send it.",
  )
    .option("--out <file>", "a new file for it; without it, imera-support-STACK-TIME.txt")
    .action(support),
);

async function support({ out, ...options }: Options): Promise<void> {
  const access = await openStack(options);
  const time = new Date().toISOString().replaceAll(/[:.]/g, "-");
  const name = out ?? `imera-support-${access.stack.replaceAll("/", "-")}-${time}.txt`;
  const file = await writeNewFile(name, () => collectSupport(access));
  process.stdout.write(`${file}\nRead it before you send it: secrets, names, addresses and messages are left out.\n`);
}
