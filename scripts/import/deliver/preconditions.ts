import { messageOf } from "../../../host/error.ts";
import { networkCommandLine } from "../../../host/terminal/advice.ts";
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

/**
 * Makes a backup, unless the newest is younger than a day and the log since then is archived: it is the way back. Waits for one that is
 * being made. Rejects where none can be made.
 */
export async function requireBackup(session: NodeSession, step: Step, nowMs = Date.now()): Promise<void> {
  const { backups, walFailing } = await readBackups(session);
  const newest = Math.max(0, ...(backups ?? []).map(({ finishedAt }) => Date.parse(finishedAt)));
  if (nowMs - newest < dayMs && typeof walFailing !== "string") return;
  await step("backup", (report) => makeBackup(session, report));
}

async function makeBackup(session: NodeSession, report: (line: string) => void): Promise<void> {
  const command = ["/usr/local/sbin/imera-backup", "now"] as const;
  try {
    await runProgram(session, command, { onLine: report, onStderrLine: report, timeoutMs: 6 * 3_600_000 });
  } catch (error) {
    const advice = `Mend the backups, which are the way back, then run this again: ${networkCommandLine("backup", session.stack)}`;
    throw new Error(`${messageOf(error)}\n${advice}\nNothing was imported.`, { cause: error });
  }
}

const dayMs = 86_400_000;
