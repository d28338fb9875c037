import { z } from "zod";
import { runProgram } from "./program.ts";
import type { NodeSession } from "./ssh.ts";

const seconds = z.number().nullish();

/** What a node wrote down about how it came by its data: `/var/lib/imera/recovery.json`. Times are RFC 3339. */
export const recoveryRecord = z.object({
  outcome: z.enum(["volume", "backup", "initialised"]),
  /** pgBackRest's name of the backup that was restored. */
  backup: z.string().nullable(),
  /** Where its manifest was taken. */
  restorePoint: z.string().nullable(),
  /** Whether all was compared with that manifest and was equal. */
  verified: z.boolean(),
  lastTransactionAt: z.string().nullish(),
  tables: z.number().nullish(),
  rows: z.number().nullish(),
  uploads: z.number().nullish(),
  seconds: z.object({ restore: seconds, verify: seconds, replay: seconds, files: seconds }).partial(),
  finishedAt: z.string(),
});
export type RecoveryRecord = z.infer<typeof recoveryRecord>;

/** Reads it; throws when the node never recovered anything. */
export async function readRecovery(session: NodeSession): Promise<RecoveryRecord> {
  return recoveryRecord.parse(JSON.parse(await runProgram(session, ["cat", "/var/lib/imera/recovery.json"])));
}
