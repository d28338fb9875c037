import { z } from "zod";
import type { CloudApi } from "../vendors/cloud-api.ts";
import { lookUp } from "../vendors/look-up.ts";
import type { ZoneRecord } from "./zone-problems.ts";

/** Lists all records of a zone at Cloudflare; undefined where the token may not. */
export function listRecords(api: CloudApi, zoneId: string): Promise<readonly ZoneRecord[] | undefined> {
  return lookUp("Records that are in the zone already", async () =>
    z.array(record).parse(await api.list(`zones/${zoneId}/dns_records?per_page=1000`, "result")),
  );
}

const record = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  content: z.string().default(""),
  priority: z.number().optional(),
});
