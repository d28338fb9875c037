import { z } from "zod";
import { withWholeCommands } from "../../host/terminal/advice.ts";
import { runProgram } from "../network/node/program.ts";
import type { NodeSession } from "../network/node/ssh.ts";
import { agoText, durationText, momentText, sizeText } from "../../host/terminal/quantities.ts";
import { factList, textTable } from "../../host/terminal/text-table.ts";

const backup = z.object({
  /** pgBackRest's name of the backup, for example `20261122-101112F`. */
  label: z.string(),
  type: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  sizeBytes: z.number(),
  /** Name of the restore point in the write-ahead log that the manifest was taken at; null where none is known. */
  restorePoint: z.string().nullable(),
});

/** Schema of what `imera-backup status` prints on a node. Times are RFC 3339. */
const backupStatus = z.object({
  healthy: z.boolean(),
  /** The oldest first; null where they cannot be listed. */
  backups: z.array(backup).nullable(),
  /** Reason why the backups cannot be listed. */
  unlisted: z.string().nullish(),
  lastBackup: z.object({ at: z.string(), ok: z.boolean(), error: z.string().nullish() }).nullish(),
  walArchivedAt: z.string().nullish(),
  /** Reason why the write-ahead log is not archived; null where it is archived. */
  walFailing: z.string().nullish(),
  filesBackupAt: z.string().nullish(),
  /** A sentence for each check that found something wrong, by the name of the check. */
  troubles: z.record(z.string(), z.string()).default({}),
});
/**
 * Backups of a node, the state of its archive and what is wrong with them, as `imera-backup status` prints it. Times
 * are RFC 3339.
 */
export type BackupStatus = z.infer<typeof backupStatus>;

/**
 * Asks a node for the status of its backups; throws when the node does not answer with one. A status that is not
 * healthy is an answer, too.
 */
export async function readBackups(session: NodeSession): Promise<BackupStatus> {
  const json = await runProgram(session, ["/usr/local/sbin/imera-backup", "status"], { exitCodes: [1] });
  return backupStatus.parse(JSON.parse(withWholeCommands(json, session.stack)));
}

/** `next` is in microseconds since 1970. */
const timers = z.array(z.object({ next: z.number().nullish() }));

/** Asks a node when it makes the next backup: RFC 3339, undefined where no timer runs. */
export async function nextBackup(session: NodeSession): Promise<string | undefined> {
  const command = ["systemctl", "list-timers", "--all", "--output=json", "imera-backup.timer"] as const;
  const [timer] = timers.parse(JSON.parse(await runProgram(session, command)));
  return typeof timer?.next === "number" ? new Date(timer.next / 1000).toISOString() : undefined;
}

/** Facts about a network's backups that a node's status does not hold. */
export interface BackupPlace {
  readonly domain: string;
  readonly bucket: { readonly endpoint: string; readonly bucket: string } | undefined;
  /** RFC 3339; undefined where no timer runs. */
  readonly nextBackupAt: string | undefined;
}

/** Formats a status of backups as text for the operator. */
export function describeBackups(status: BackupStatus, place: BackupPlace, nowMs = Date.now()): string {
  const where = place.bucket === undefined ? "" : `, in ${place.bucket.bucket} at ${place.bucket.endpoint}`;
  const rows = (status.backups ?? []).map(({ label, type, startedAt, finishedAt, sizeBytes }) => [
    label,
    type,
    durationText((nowMs - Date.parse(finishedAt)) / 1000),
    durationText((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000),
    sizeText(sizeBytes),
  ]);
  const headings = ["backup", "type", "age", "took", "size"];
  return [
    `Backups of ${place.domain}${where}`,
    "",
    rows.length > 0
      ? textTable(headings, rows)
      : `  ${status.backups === null ? cannotBeListed(status) : "There is none yet."}`,
    "",
    factList(facts(status, place, nowMs)),
  ].join("\n");
}

/** Formats the reason why backups cannot be listed as a sentence. */
export function cannotBeListed({ unlisted }: BackupStatus): string {
  return `They cannot be listed: ${unlisted ?? "the node does not say why"}. That says nothing of whether there are any.`;
}

function facts(status: BackupStatus, { nextBackupAt }: BackupPlace, nowMs: number): [string, string][] {
  const ago = (time: string | null | undefined) => (typeof time === "string" ? agoText(time, nowMs) : "never");
  return [
    ["newest WAL archived", ago(status.walArchivedAt)],
    ["newest files backup", ago(status.filesBackupAt)],
    ["next backup", nextBackupAt === undefined ? "none is scheduled" : momentText(nextBackupAt)],
    ["health", status.healthy ? "good" : `NOT HEALTHY: ${complaints(status).join("\n")}`],
  ];
}

function complaints({ backups, lastBackup, walFailing, troubles }: BackupStatus): string[] {
  const known = Object.entries(troubles).map(([name, text]) => `${name}: ${text}`);
  if (known.length > 0) return known;
  return [
    ...(backups?.length === 0 ? ["there is no backup"] : []),
    ...(lastBackup?.ok === false ? [`the last backup failed: ${lastBackup.error ?? "no reason given"}`] : []),
    ...(typeof walFailing === "string" ? [`the write-ahead log is not archived: ${walFailing}`] : []),
  ];
}
