import { Argument, Command } from "commander";
import { readFile, writeFile } from "node:fs/promises";
import process from "node:process";
import { networkCommandLine } from "../host/terminal/advice.ts";
import { sizeText } from "../host/terminal/quantities.ts";
import { showSteps } from "../host/terminal/progress.ts";
import { runNumber } from "../local/run/run-number.ts";
import {
  type CopySettings,
  copyKey,
  copyKeyInEnvironment,
  copySettings,
  placeOf,
  readCopySettings,
} from "./copy/copy-settings.ts";
import { describeCopy, readCopyStatus } from "./copy/copy-status.ts";
import { type CopyReport, runCopy } from "./copy/run-copy.ts";
import { runNetworkCommand } from "./network/command-line.ts";
import { holdStack } from "./network/hold-stack.ts";
import { fileOfUser } from "./network/file-of-user.ts";
import { openStack } from "./network/open-stack.ts";
import { type Bucket, openBucket } from "./object-store/bucket.ts";

interface Options {
  readonly stack?: string;
  readonly run?: number;
  readonly file?: string;
  readonly writeFile?: string;
  readonly acceptLoss?: boolean;
  readonly json?: boolean;
}

/** Both buckets of a copy, opened. */
interface Opened extends Pick<CopySettings, "domain" | "keepDays"> {
  readonly source: Bucket;
  readonly target: Bucket;
}

await runNetworkCommand(
  new Command("npm run copy --")
    .description(
      "Copies what is new among a network's backups into a bucket at another provider, which neither the network's nodes nor its " +
        "DigitalOcean account can touch. Exit code 1: the copy is not what it has to be, and why.",
    )
    .addArgument(new Argument("[what]", "status: says how the copy is, and copies nothing").choices(["status"]))
    .option("--stack <name>", "stack of the network")
    .option("--run <number>", "number of the local cloud, for the stack local", runNumber)
    .option("--file <file>", "instead of --stack: a file that --write-file wrote")
    .option(
      "--write-file <file>",
      "writes there what another machine needs to copy, but the key of the copy; copies nothing",
    )
    .option("--accept-loss", "what the network's bucket has lost goes from the copy as well")
    .option("--json", "for programs")
    .action(copy),
);

async function copy(what: "status" | undefined, options: Options): Promise<void> {
  if ((options.stack === undefined) === (options.file === undefined)) {
    throw new Error("Name the network by --stack, or by --file with a file that --write-file wrote. Nothing was done.");
  }
  await using hold = new AsyncDisposableStack();
  if (options.writeFile !== undefined) {
    await writeSettings(options, options.writeFile);
    return;
  }
  const opened = await open(options, what === "status" ? "read" : "write", hold);
  if (what !== "status") {
    const report = await showSteps()("copy", (report) =>
      runCopy({ ...opened, acceptLoss: options.acceptLoss === true, report }),
    );
    if (options.json !== true) process.stderr.write(`${describeReport(report)}\n\n`);
  }
  const status = await readCopyStatus(opened.target, opened.keepDays);
  process.stdout.write(
    options.json === true ? `${JSON.stringify(status, undefined, 2)}\n` : `${describeCopy(status, opened.target)}\n`,
  );
  if (!status.healthy) process.exitCode = 1;
}

async function open(options: Options, use: "read" | "write", hold: AsyncDisposableStack): Promise<Opened> {
  if (options.file !== undefined) {
    const { source, target, ...others } = await settingsIn(options.file);
    const key = copyKeyInEnvironment();
    return { ...others, source: openBucket(source), target: openBucket({ ...target, key }) };
  }
  const access = await openStack({ stack: options.stack ?? "", run: options.run });
  if (use === "write" && access.run === undefined) hold.use(await holdStack(access));
  const { source, target, ...others } = await readCopySettings(access);
  return {
    ...others,
    source: openBucket(await placeOf(access, source, source.key)),
    target: openBucket(await placeOf(access, target, await copyKey(access, use))),
  };
}

async function settingsIn(file: string): Promise<CopySettings> {
  const parsed = copySettings.safeParse(JSON.parse(await readFile(fileOfUser(file), "utf8")));
  if (parsed.success) return parsed.data;
  throw new Error(
    `${file} is not what ${networkCommandLine("copy", { stack: "S" }, "--write-file", "FILE")} writes. Write it anew.`,
  );
}

async function writeSettings({ stack, run }: Options, file: string): Promise<void> {
  if (stack === undefined) throw new Error("--write-file goes with --stack. Nothing was done.");
  const settings = await readCopySettings(await openStack({ stack, run }));
  await writeFile(fileOfUser(file), `${JSON.stringify(settings)}\n`, { mode: 0o600 });
  process.stdout.write(
    `${file} holds a key that reads all backups, which are encrypted; the passphrase is not in it. On the machine that copies:\n` +
      `  COPY_ACCESS_KEY_ID=… COPY_SECRET_ACCESS_KEY=… npm run copy -- --file ${file}\n`,
  );
}

function describeReport({ copied, expired }: CopyReport): string {
  const gone =
    expired === 0 ? "" : ` ${expired} objects have been gone from the network's bucket for long, and left the copy.`;
  return `${copied.objects} objects with ${sizeText(copied.bytes)} were copied.${gone}`;
}
