import { Option } from "commander";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { runAsRoot } from "../host/as-root.ts";
import { explain } from "../host/terminal/explain.ts";
import { showSteps } from "../host/terminal/progress.ts";
import { runNumbered } from "../local/run/run.ts";
import { stackName as localStack } from "../local/stack/stack-name.ts";
import { setUpToolchain } from "../toolchain/set-up.ts";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { watchForInterruption } from "./drill/interruption.ts";
import { describeDrill, type DrillReport } from "./drill/report.ts";
import { readDrillFile } from "./drill/drill-file.ts";
import { drillSource, readSource, type DrillSource, withCopy } from "./drill/source.ts";
import { recordDrill, tellSwitch } from "./drill/tell-drill.ts";
import { openStack } from "./network/open-stack.ts";

interface Options extends NetworkOptions {
  readonly keep?: boolean;
  readonly json?: string;
  readonly fromCopy?: boolean;
  readonly sourceOnStdin?: boolean;
}

await runNetworkCommand(
  networkCommand(
    "npm run drill",
    "Restores the newest backup on throw-away hosts, compares all of it with what was there when it was made, logs in, and " +
      "removes everything. Exit code 1: something is missing. Nothing is written to the network but when this was, and nothing " +
      "to its backups.",
  )
    .option("--from-copy", "restores from the copy at another provider, instead of the network's own bucket")
    .option("--keep", "leaves the hosts, to look at them; the next drill removes them")
    .option("--json <file>", "writes the report there, for programs")
    // What the user may read and root may not, when this runs again as root.
    .addOption(new Option("--source-on-stdin").hideHelp())
    .action(drill),
);

async function drill(options: Options): Promise<void> {
  const source = options.sourceOnStdin === true ? await sourceFromStdin() : await sourceFromStack(options);
  const input = JSON.stringify(source);
  const asRoot = await runAsRoot({ extraArguments: ["--source-on-stdin"], input });
  process.exitCode = asRoot ?? (await drillHere(source, options));
  const passed = process.exitCode === 0;
  // Who has a drill's own file only does not reach the network.
  const isAtHand = options.sourceOnStdin !== true && (await readDrillFile(options.stack)) === undefined;
  if (passed && isAtHand) await recordDrill(await openStack(ofStack(options)), say);
}

/** Does the drill as root, and tells how it ended. Gives the exit code. */
async function drillHere(source: DrillSource, options: Options): Promise<number> {
  try {
    const report = await drillAndRemove(source, options);
    await writeReport(options, report);
    process.stdout.write(`\n${describeDrill(report)}\n`);
    await tellSwitch(source, report.passed, say);
    return report.passed ? 0 : 1;
  } catch (error) {
    await tellSwitch(source, false, say);
    throw error;
  }
}

function say(line: string): void {
  process.stderr.write(`\n${line}\n`);
}

async function drillAndRemove(source: DrillSource, options: Options): Promise<DrillReport> {
  const ownCloud = source.stack !== localStack;
  const run = runNumbered(options.run ?? (ownCloud ? 200 : 1));
  const step = showSteps();
  using interruption = watchForInterruption(say);
  const cleanUp = new AsyncDisposableStack();
  const problems: string[] = [];
  let report: DrillReport | undefined;
  try {
    const toolchain = await step("toolchain", (tell) => setUpToolchain({ report: tell }));
    const keep = options.keep === true;
    // Only now: what a drill needs of the local cloud is not loaded for a stack that cannot be read.
    const { runDrill } = await import("./drill/run-drill.ts");
    report = await runDrill({ source, run, ownCloud, keep, toolchain, step, interruption, cleanUp, say });
  } catch (error) {
    problems.push(interruption.wanted ? "interrupted; nothing was found out" : explain(error));
  }
  await cleanUp.disposeAsync().catch((error: unknown) => problems.push(explain(error)));
  if (report !== undefined && problems.length === 0) return report;
  await writeReport(options, { stack: source.stack, domain: source.domain, passed: false, gaps: problems });
  throw new Error(`The drill of ${source.domain} failed.\n${problems.join("\n")}`);
}

async function sourceFromStack(options: Options): Promise<DrillSource> {
  const { stack, fromCopy = false } = options;
  const ofItsOwn = await readDrillFile(stack);
  if (ofItsOwn !== undefined) return fromCopy ? withCopy(ofItsOwn) : ofItsOwn;
  return readSource(await openStack(ofStack(options)), { fromCopy });
}

/** Gives the stack as it is opened: `--run` is the cloud that hosts the drill, and the stack's own only where that is local. */
function ofStack({ stack, run }: NetworkOptions): NetworkOptions {
  return stack === localStack && run !== undefined ? { stack, run } : { stack };
}

async function sourceFromStdin(): Promise<DrillSource> {
  return drillSource.parse(JSON.parse(await text(process.stdin)));
}

async function writeReport({ json }: Options, report: DrillReport | FailedDrill): Promise<void> {
  if (json === undefined) return;
  await writeFile(path.resolve(process.env["INIT_CWD"] ?? ".", json), `${JSON.stringify(report, undefined, 2)}\n`);
}

/** Report that `--json` writes of a drill that found nothing out. */
interface FailedDrill extends Pick<DrillReport, "stack" | "domain" | "gaps"> {
  readonly passed: false;
}
