import type { Step } from "../../../host/terminal/progress.ts";
import { sizeText } from "../../../host/terminal/quantities.ts";
import { readBackups } from "../../backup/backup-status.ts";
import { runProgram } from "../../network/node/program.ts";
import type { NodeSession } from "../../network/node/ssh.ts";

/**
 * Throws unless the node's database has room for what a source of this size becomes: rows with their indexes, the copy of the messages
 * beside them, and the log of it all.
 */
export function requireSpace(freeBytes: number, sourceBytes: number): void {
  const needed = sourceBytes * bytesPerByte + spareBytes;
  if (freeBytes >= needed) return;
  throw new Error(
    `The node's volume has ${sizeText(freeBytes)} left, and the import may need ${sizeText(needed)}.\n` +
      "Enlarge it (imera:volumeSizeGiB) by npm run pulumi -- up, then run this again. Nothing was imported.",
  );
}

const bytesPerByte = 5;
const spareBytes = 512 * 1024 * 1024;

/** Makes a backup, unless the newest is younger than a day: it is the way back. */
export async function requireBackup(session: NodeSession, step: Step, nowMs = Date.now()): Promise<void> {
  const { backups } = await readBackups(session);
  const newest = Math.max(0, ...(backups ?? []).map(({ finishedAt }) => Date.parse(finishedAt)));
  if (nowMs - newest < dayMs) return;
  await step("backup", (report) =>
    runProgram(session, ["/usr/local/sbin/imera-backup", "now"], {
      onLine: report,
      onStderrLine: report,
      timeoutMs: 6 * 3_600_000,
    }),
  );
}

const dayMs = 86_400_000;
