import type { Reserved_ip } from "@digitalocean/dots/src/dots/models/index.js";
import { number, text } from "../protocol/index.ts";
import { lowerCase } from "./answers.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { assign, getReservedIp, unassign } from "./reserved-ip-actions.ts";

/** A public address that outlives droplets; the address is its id. */
export const reservedIp = defineResource({
  token: "digitalocean:index/reservedIp:ReservedIp",
  properties: {
    region: text({ required: true, replaces: true, inState: lowerCase }),
    dropletId: number(),
    ipAddress: text({ output: true }),
    reservedIpUrn: text({ output: true }),
  },
  async create({ client, signal, inputs, made }) {
    const answer = await client.call(signal, (api) => api.reserved_ips.post({ region: inputs.region }));
    const id = answered(answer?.reservedIp?.ip, "the address");
    made(id, { ipAddress: id, reservedIpUrn: urnOf(id) });
    if (inputs.dropletId !== undefined) await assign({ client, signal }, id, inputs.dropletId);
    return { id, outs: await outsOf(client, signal, id, inputs) };
  },
  async read({ client, signal, id, state }) {
    const found = await client.find(signal, (api) => getReservedIp(api, id));
    return found === undefined ? undefined : stateOf(found, state);
  },
  async update({ client, signal, id, inputs }) {
    if (inputs.dropletId === undefined) await unassign({ client, signal }, id);
    else await assign({ client, signal }, id, inputs.dropletId);
    return outsOf(client, signal, id, inputs);
  },
  async delete({ client, signal, id, state }) {
    if (typeof state.dropletId === "number") await unassign({ client, signal }, id);
    await client.find(signal, (api) => api.reserved_ips.byReserved_ip(id).delete());
  },
});

/** Part of the state that the API cannot tell: `dropletId` is set when this resource, and no ReservedIpAssignment, assigns the address. */
interface Kept {
  readonly dropletId?: number | null;
}

async function outsOf(client: DigitalOcean, signal: AbortSignal, id: string, kept: Kept) {
  return stateOf(answered(await client.call(signal, (api) => getReservedIp(api, id)), "the reserved IP"), kept);
}

function stateOf({ ip, region, droplet }: Reserved_ip, kept: Kept) {
  const isOurs = typeof kept.dropletId === "number";
  return {
    region: region?.slug,
    dropletId: isOurs ? (droplet?.id ?? kept.dropletId) : null,
    ipAddress: ip ?? "",
    reservedIpUrn: urnOf(ip ?? ""),
  };
}

function urnOf(ip: string): string {
  return `do:reservedip:${ip}`;
}
