import { z } from "zod";
import type { CloudApi } from "../vendors/cloud-api.ts";
import { lookUp } from "../vendors/look-up.ts";
import type { WantedNames, ZoneRecord } from "./zone-problems.ts";

const usage = z.object({
  /** Null: the account has one for all its zones together. */
  record_quota: z.number().nullable(),
  record_usage: z.number(),
});
/** Number of records that a zone at Cloudflare may have and has, with the API's own field names. */
export type RecordUsage = z.infer<typeof usage>;

/** Asks how full a zone is; undefined where the token may not, or Cloudflare does not tell. */
export function readUsage(api: CloudApi, zoneId: string): Promise<RecordUsage | undefined> {
  return lookUp("How many records the zone may have", async () => {
    const answer = await api.get(`zones/${zoneId}/dns_records/usage`);
    return answer === undefined ? undefined : z.object({ result: usage }).parse(answer).result;
  });
}

/** Says that a network's records would not fit into the zone, in one line; nothing where they do. Pure. */
export function quotaProblems(
  { zone, records, certificateNames, ownIds }: WantedNames,
  found: readonly ZoneRecord[],
  { record_quota: quota, record_usage: used }: RecordUsage,
): string[] {
  const missing = Math.max(0, records.length - found.filter(({ id }) => ownIds.has(id)).length);
  const needed = missing + certificateNames.length;
  if (quota === null || missing === 0 || used + needed <= quota) return [];
  return [
    `Cloudflare lets the zone ${zone} have ${quota} records; it has ${used}, and ${needed} more would be made, ` +
      `${certificateNames.length} of them for a minute whenever a certificate is ordered. Delete what is not used, take a plan with ` +
      "more, or give this network a zone of its own",
  ];
}
