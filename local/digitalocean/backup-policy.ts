import { z } from "zod";
import type { BackupPolicy } from "./entities.ts";

/** A backup policy as clients send it; the last two fields are read only, and come back with what was read. */
export const backupPolicyBody = z.strictObject({
  plan: z.enum(["daily", "weekly"]).default("weekly"),
  weekday: z.enum(["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", ""]).nullish(),
  hour: z.union([z.literal(0), z.literal(4), z.literal(8), z.literal(12), z.literal(16), z.literal(20)]).nullish(),
  window_length_hours: z.int().optional(),
  retention_period_days: z.int().optional(),
});

/** Reads a backup policy from a body; weekly when the client leaves the choice open. */
export function readBackupPolicy(body: z.infer<typeof backupPolicyBody> | null | undefined): BackupPolicy {
  const weekday = body?.weekday === "" ? null : body?.weekday;
  return { plan: body?.plan ?? "weekly", weekday: weekday ?? null, hour: body?.hour ?? null };
}
