import process from "node:process";
import { messageOf } from "../host/error.ts";
import { showSteps } from "../host/terminal/progress.ts";
import { loginAsCanary } from "./network/node/canary-on-node.ts";
import { networkCommand, type NetworkOptions, runNetworkCommand } from "./network/command-line.ts";
import { countLosses, describeLosses } from "./restore/losses.ts";
import { checkHealth } from "./network/node/health.ts";
import { type OpenedNode, openFirstNode, runProgram } from "./network/node/program.ts";
import { durationText, momentText } from "../host/terminal/quantities.ts";
import { readRecovery } from "./network/node/recovery-record.ts";
import { cannotBeListed, describeBackups, nextBackup, readBackups } from "./backup/backup-status.ts";
import { describeReturned } from "./restore/returned.ts";
import { describePlan, describeSetAside, planRestore } from "./restore/plan.ts";
import { restoreTime } from "./restore/restore-time.ts";
import { factList } from "../host/terminal/text-table.ts";
import { typeToConfirm } from "../host/terminal/type-to-confirm.ts";

interface Options extends NetworkOptions {
  readonly to: string;
  readonly yes?: boolean;
}

await runNetworkCommand(
  networkCommand(
    "npm run restore",
    "Takes a network that runs back to a point in time, from its backups. What it has now is set aside first.",
  )
    .requiredOption("--to <time>", "the point in time, such as 2026-11-22T10:00:00Z")
    .option("--yes", "without asking")
    .action(restore),
);

async function restore(options: Options): Promise<void> {
  const time = restoreTime(options.to);
  await using opened = await openFirstNode(options);
  const { session, outputs } = opened;
  const place = { domain: outputs.domain, bucket: outputs.backup, nextBackupAt: await nextBackup(session) };
  const status = await readBackups(session);
  if (status.backups === null) {
    throw new Error(`No restore without backups. ${cannotBeListed(status)} Nothing was changed.`);
  }
  process.stdout.write(`${describeBackups(status, place)}\n\n`);
  // First of all whether it can be done.
  process.stdout.write(`${describePlan(await planRestore(session, time))}\n`);
  const losses = await countLosses(session, time).catch((error: unknown) => new Error(messageOf(error)));
  process.stdout.write(`${describeLosses(losses, momentText(time))}\n`);
  const question = `The network stops meanwhile, and goes back to ${momentText(time)}.`;
  if (options.yes !== true) await typeToConfirm(question, outputs.domain, "--yes");
  await goBack(opened, time);
}

async function goBack(opened: OpenedNode, time: string): Promise<void> {
  const { session, outputs, access } = opened;
  const step = showSteps();
  const started = performance.now();
  await step(`restore to ${time}`, (report) =>
    runProgram(session, ["/usr/local/sbin/imera-restore", "--to", time], {
      onLine: report,
      onStderrLine: report,
      timeoutMs: 12 * 3_600_000,
    }),
  );
  await step("health", () => checkHealth(session));
  const canary = await step("login", () => loginAsCanary(access, session, outputs.domain));
  const record = await readRecovery(session);
  if (record.until !== time) {
    throw new Error(
      `The node was restored to ${record.until ?? "its newest state"}, not to ${time}: another restore came between. Look at the network, and run this again.`,
    );
  }
  const facts = [
    ["backup", record.backup ?? "none"],
    ["last transaction", momentText(record.lastTransactionAt ?? "unknown")],
    ["verified", record.verified ? "every table and upload, against the backup's manifest" : "NO"],
    ["login", canary],
    ["took", durationText((performance.now() - started) / 1000)],
  ] as const;
  process.stdout.write(`\n${outputs.domain} is back at ${momentText(time)}.\n\n${factList(facts)}\n`);
  process.stdout.write(`\n${describeReturned(record)}\n`);
  if (typeof record.setAside === "string") process.stdout.write(`\n${describeSetAside(record.setAside)}\n`);
}
