import { text, type Value } from "../protocol/index.ts";
import { defineFunction } from "./definitions.ts";
import { camelKeys } from "./wire-form.ts";

/** `cloudflare.getZones`: all zones, or those of one name. */
export const getZones = defineFunction({
  token: "cloudflare:index/getZones:getZones",
  arguments: { name: text() },
  async invoke({ client, args, signal }) {
    const results: Value[] = [];
    for await (const zone of client.zones.list({ ...args }, { signal })) results.push(camelKeys(zone));
    return { ...args, results };
  },
});
