import { z } from "zod";
import { runProgram } from "./program.ts";
import type { NodeSession } from "./ssh.ts";

const seconds = z.number().nullish();

const returned = z.object({
  /** Addresses of accounts that had been removed. */
  accounts: z.array(z.string()),
  /** Addresses of accounts whose ban came later. */
  unbanned: z.array(z.string()),
  /** Number of accounts that have a former password. */
  passwords: z.number(),
  /** Number of login tokens that had been revoked or replaced. */
  tokens: z.number(),
  /** Number of accounts that were new. */
  gone: z.number(),
});

/** Schema of a node's record of how it came by its data, `/var/lib/imera/recovery.json`. Times are RFC 3339. */
export const recoveryRecord = z.object({
  outcome: z.enum(["volume", "backup", "initialised"]),
  /** pgBackRest's name of the backup that was restored. */
  backup: z.string().nullable(),
  /** Name of the restore point in the write-ahead log that the backup's manifest was taken at. */
  restorePoint: z.string().nullable(),
  /** True when all was compared with the backup's manifest and was equal. */
  verified: z.boolean(),
  lastTransactionAt: z.string().nullish(),
  tables: z.number().nullish(),
  rows: z.number().nullish(),
  uploads: z.number().nullish(),
  seconds: z.object({ restore: seconds, verify: seconds, replay: seconds, files: seconds }).partial(),
  finishedAt: z.string(),
  /** Number of the database's history that was replayed; records of earlier versions have none. */
  timeline: z.number().nullish(),
  /** Time that was asked for; null: the newest state. */
  until: z.string().nullish(),
  /** Difference that the restore made to who may log in; null: there was no database to compare with. */
  returned: returned.nullish(),
  /** Number of uploads that were not there before. */
  uploadsBack: z.number().nullish(),
  /** Path on the node of the database that was there before. */
  setAside: z.string().nullish(),
});
/** Record of how a node came by its data. Times are RFC 3339. */
export type RecoveryRecord = z.infer<typeof recoveryRecord>;

/** Reads the record of a node's recovery; throws when the node never recovered anything. */
export async function readRecovery(session: NodeSession): Promise<RecoveryRecord> {
  return recoveryRecord.parse(JSON.parse(await runProgram(session, ["cat", "/var/lib/imera/recovery.json"])));
}
