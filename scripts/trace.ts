import process from "node:process";
import { InvalidArgumentError } from "commander";
import { ExitError, messageOf } from "../host/error.ts";
import { type ExaminedStack, examinedNetwork, readExaminedStack } from "./doctor/examined-network.ts";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { openStack } from "./network/open-stack.ts";
import { describeTrace } from "./trace/describe-trace.ts";
import { traceMessage } from "./trace/trace-message.ts";

interface Options extends NetworkOptions {
  readonly to: string;
  readonly json?: boolean;
}

await runNetworkCommand(
  networkCommand(
    "npm run trace",
    "Sends one message from the network's own account to an address and follows it: login, the other server's names and " +
      "certificate, the streams, the message, the archive. Exit code 0: it came all the way; 2: it did not; 3: nobody could look.",
  )
    .requiredOption(
      "--to <address>",
      "account that gets the message, such as user@example.org, or a whole server",
      address,
    )
    .option("--json", "for programs")
    .action(trace),
);

async function trace({ to, json, ...options }: Options): Promise<void> {
  await using network = examinedNetwork(await stackOf(options));
  const way = await traceMessage(network, to);
  process.stdout.write(json === true ? `${JSON.stringify(way, undefined, 2)}\n` : `${describeTrace(way)}\n`);
  process.exitCode = way.arrived ? 0 : 2;
}

/** Everything that keeps the command from looking says nothing of the network. */
async function stackOf(options: NetworkOptions): Promise<ExaminedStack> {
  try {
    return await readExaminedStack(await openStack(options), undefined);
  } catch (error) {
    throw new ExitError(`No message could be sent. ${messageOf(error)}`, 3);
  }
}

function address(text: string): string {
  if (/^([^\s@/<>"']+@)?[^\s@/<>"']+$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("expected an address such as user@example.org.");
}
