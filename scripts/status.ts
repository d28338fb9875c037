import process from "node:process";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { openStack } from "./network/open-stack.ts";
import { describeNetwork } from "./status/describe-network.ts";
import { inspectNetwork } from "./status/inspect-network.ts";

interface Options extends NetworkOptions {
  readonly json?: boolean;
}

await runNetworkCommand(
  networkCommand(
    "npm run status",
    "Asks a network how it is: its DNS, a login from outside, and each node itself. Exit code 1: something is red.",
  )
    .option("--json", "for programs")
    .action(status),
);

async function status(options: Options): Promise<void> {
  const access = await openStack(options);
  const network = await inspectNetwork(access, await access.outputs());
  // Not with a production stack: it loads the local cloud.
  const local = access.run === undefined ? undefined : await import("../local/commands/status.ts");
  const facts = access.run === undefined ? undefined : await local?.readFacts(access.run);
  const login = access.run === undefined || facts === undefined ? undefined : local?.describeLogin(access.run, facts);
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...facts, ...network }, undefined, 2)}\n`
      : `${describeNetwork(network, access, login)}\n`,
  );
  if (!network.healthy) process.exitCode = 1;
}
