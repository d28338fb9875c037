import process from "node:process";
import { showSteps } from "../host/terminal/progress.ts";
import { describeBackups, nextBackup, readBackups } from "./backup/backup-status.ts";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { openFirstNode, runProgram } from "./network/node/program.ts";
import type { NodeSession } from "./network/node/ssh.ts";

interface Options extends NetworkOptions {
  readonly now?: boolean;
  readonly full?: boolean;
  readonly json?: boolean;
}

await runNetworkCommand(
  networkCommand("npm run backup", "Shows a network's backups, or makes one. Exit code 1: they are not healthy.")
    .option("--now", "makes a backup first")
    .option("--full", "with --now: a full one, instead of what changed since the last")
    .option("--json", "for programs")
    .action(backup),
);

async function backup(options: Options): Promise<void> {
  if (options.full === true && options.now !== true) throw new Error("--full goes with --now. Nothing was done.");
  await using opened = await openFirstNode(options);
  const { session, outputs } = opened;
  if (options.now === true) await makeBackup(session, options.full === true);
  const status = await readBackups(session);
  const place = { domain: outputs.domain, bucket: outputs.backup, nextBackupAt: await nextBackup(session) };
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...status, ...place }, undefined, 2)}\n`
      : `${describeBackups(status, place)}\n`,
  );
  if (!status.healthy) process.exitCode = 1;
}

async function makeBackup(session: NodeSession, full: boolean): Promise<void> {
  await showSteps()(full ? "full backup" : "backup", (report) =>
    runProgram(session, ["/usr/local/sbin/imera-backup", "now", ...(full ? ["--full"] : [])], {
      onLine: report,
      onStderrLine: report,
      timeoutMs: 6 * 3_600_000,
    }),
  );
}
