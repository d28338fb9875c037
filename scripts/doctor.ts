import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import { ExitError, messageOf } from "../host/error.ts";
import { allChecks } from "./doctor/checks.ts";
import { describeExamination } from "./doctor/describe-examination.ts";
import { type ExaminedStack, examinedNetwork, readExaminedStack } from "./doctor/examined-network.ts";
import { type Examination, examine } from "./doctor/examination.ts";
import { changesSince, keepAsLast, readLast } from "./doctor/last-examination.ts";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { openStack } from "./network/open-stack.ts";

interface Options extends NetworkOptions {
  readonly json?: boolean;
  readonly changes?: boolean;
  readonly wait?: number;
  readonly peer?: string;
}

/** Pause between two examinations. */
const pauseMs = 5_000;

await runNetworkCommand(
  networkCommand(
    "npm run doctor",
    "Examines a network from outside and on its nodes: what is wrong, what it means for the users, and what to do next. " +
      "Exit code 0: all is well; 1: warnings; 2: errors; 3: the doctor itself could not look.",
  )
    .option("--json", "for programs")
    .option("--changes", "only what differs from this machine's last examination")
    .option("--wait <minutes>", "examines again until all is well, for so long at most", minutes)
    .option("--peer <domain>", "another server that has to answer, in place of well-known ones")
    .action(doctor),
);

async function doctor(options: Options): Promise<void> {
  const stack = await stackOf(options);
  const last = await readLast(stack.access);
  const examination = await examineUntilWell(stack, options.wait);
  await keepAsLast(stack.access, examination);
  const changes = options.changes === true ? changesSince(last ?? {}, examination) : undefined;
  process.stdout.write(`${textOf(examination, changes, options.json === true)}\n`);
  process.exitCode = examination.exitCode;
}

/** Everything that keeps the doctor from looking is exit code 3: it says nothing of the network. */
async function stackOf({ peer, ...options }: Options): Promise<ExaminedStack> {
  try {
    return await readExaminedStack(await openStack(options), peer);
  } catch (error) {
    throw new ExitError(`The network could not be examined. ${messageOf(error)}`, 3);
  }
}

async function examineUntilWell(stack: ExaminedStack, waitMinutes = 0): Promise<Examination> {
  const deadline = performance.now() + waitMinutes * 60_000;
  for (;;) {
    const examination = await examineOnce(stack);
    if (examination.exitCode === 0 || performance.now() + pauseMs > deadline) return examination;
    const troubles = [...examination.troubles.map(({ id }) => id), ...examination.broken.map(({ check }) => check)];
    process.stderr.write(`not yet: ${troubles.join(", ")}\n`);
    await sleep(pauseMs);
  }
}

async function examineOnce(stack: ExaminedStack): Promise<Examination> {
  await using network = examinedNetwork(stack);
  return await examine(network, allChecks);
}

function textOf(examination: Examination, changes: readonly string[] | undefined, isJson: boolean): string {
  if (isJson) return JSON.stringify(changes === undefined ? examination : { ...examination, changes }, undefined, 2);
  if (changes === undefined) return describeExamination(examination);
  return changes.length === 0 ? "Nothing has changed since the last examination." : changes.join("\n");
}

function minutes(text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0 && number <= 24 * 60) return number;
  throw new InvalidArgumentError("expected minutes, such as 10.");
}
