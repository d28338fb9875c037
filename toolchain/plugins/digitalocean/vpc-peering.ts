import type { Vpc_peering } from "@digitalocean/dots/src/dots/models/index.js";
import { notYet } from "../../../host/wait-until.ts";
import { set, sorted, text } from "../protocol/index.ts";
import { goTime } from "./answers.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmpty } from "./input-rules.ts";
import { waitFor } from "./wait.ts";

/** A connection of two private networks. The local cloud has none. */
export const vpcPeering = defineResource({
  token: "digitalocean:index/vpcPeering:VpcPeering",
  properties: {
    name: text({ autoname: true, rule: notEmpty }),
    vpcIds: set(text(), { required: true, replaces: true }),
    status: text({ output: true }),
    createdAt: text({ output: true }),
  },
  async create({ client, signal, inputs, made }) {
    const body = { name: inputs.name, vpcIds: [...inputs.vpcIds] };
    const answer = await client.call(signal, (api) => api.vpc_peerings.post(body));
    const id = answered(answer?.vpcPeering?.id, "the peering's id");
    made(id, {});
    const active = await waitFor({ client, signal }, `the peering ${id} to be active`, async (lookSignal) => {
      const found = answered(await getPeering(client, lookSignal, id), `the peering ${id}`);
      return found.status === "ACTIVE" ? { value: found } : notYet(`status ${found.status ?? "unknown"}`);
    });
    return { id, outs: outsOf(active) };
  },
  async read({ client, signal, id }) {
    const found = await getPeering(client, signal, id);
    return found === undefined ? undefined : outsOf(found);
  },
  async update({ client, signal, id, inputs }) {
    await client.call(signal, (api) => api.vpc_peerings.byVpc_peering_id(id).patch({ name: inputs.name }));
    return outsOf(answered(await getPeering(client, signal, id), `the peering ${id}`));
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.vpc_peerings.byVpc_peering_id(id).delete());
    await waitFor({ client, signal }, `the peering ${id} to be gone`, async (lookSignal) => {
      const found = await getPeering(client, lookSignal, id);
      return found === undefined ? { value: undefined } : notYet(`status ${found.status ?? "unknown"}`);
    });
  },
});

async function getPeering(client: DigitalOcean, signal: AbortSignal, id: string): Promise<Vpc_peering | undefined> {
  const found = await client.find(signal, (api) => api.vpc_peerings.byVpc_peering_id(id).get());
  return found?.vpcPeering ?? undefined;
}

function outsOf({ name, vpcIds, status, createdAt }: Vpc_peering) {
  return { name, vpcIds: sorted(vpcIds), status: status ?? "", createdAt: goTime(createdAt) };
}
