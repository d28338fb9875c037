import { object, text } from "../protocol/index.ts";
import { defineFunction } from "./definitions.ts";
import { camelKeys } from "./wire-form.ts";

/** `cloudflare.getZone`: one zone, by its id or by a filter that fits exactly one. */
export const getZone = defineFunction({
  token: "cloudflare:index/getZone:getZone",
  arguments: { zoneId: text(), filter: object({ name: text({ required: true }) }) },
  async invoke({ client, args, signal }) {
    const zone_id = args.zoneId ?? (await findZone());
    const zone = camelKeys(await client.zones.get({ zone_id }, { signal }));
    return { ...zone, zoneId: zone_id, ...(args.filter === undefined ? {} : { filter: args.filter }) };

    async function findZone(): Promise<string> {
      if (args.filter === undefined) throw new Error("getZone needs a zoneId or a filter.");
      const { result } = await client.zones.list({ name: args.filter.name }, { signal });
      const [zone] = result;
      if (zone === undefined || result.length > 1) {
        throw new Error(`failed to find exactly one result: ${result.length} found`);
      }
      return zone.id;
    }
  },
});
