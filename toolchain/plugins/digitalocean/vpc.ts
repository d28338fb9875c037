import type { Vpc } from "@digitalocean/dots/src/dots/models/index.js";
import { notYet } from "../../../host/wait-until.ts";
import { flag, text } from "../protocol/index.ts";
import { goTime } from "./answers.ts";
import { type DigitalOcean, answered, isStatus } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { lengthBetween, network, notEmpty } from "./input-rules.ts";
import { waitFor } from "./wait.ts";

/** A private network of one region. */
export const vpc = defineResource({
  token: "digitalocean:index/vpc:Vpc",
  properties: {
    name: text({ autoname: true, rule: notEmpty }),
    region: text({ required: true, replaces: true, rule: notEmpty }),
    description: text({ rule: lengthBetween(0, 255) }),
    ipRange: text({ computed: true, replaces: true, rule: network }),
    vpcUrn: text({ output: true }),
    default: flag({ output: true }),
    createdAt: text({ output: true }),
  },
  async create({ client, signal, inputs }) {
    const { name, region, description, ipRange } = inputs;
    const body = { name, region, ...(description === undefined ? {} : { description }) };
    const made = await client.call(signal, (api) => api.vpcs.post(ipRange === undefined ? body : { ...body, ipRange }));
    const id = answered(made?.vpc?.id, "the VPC's id");
    return { id, outs: outsOf(answered(await getVpc(client, signal, id), "the VPC")) };
  },
  async read({ client, signal, id }) {
    const found = await getVpc(client, signal, id);
    return found === undefined ? undefined : outsOf(found);
  },
  async update({ client, signal, id, inputs, state }) {
    const { name, description } = inputs;
    const body = { name, defaultEscaped: state.default ?? false };
    await client.call(signal, (api) =>
      api.vpcs.byVpc_id(id).put(description === undefined ? body : { ...body, description }),
    );
    return outsOf(answered(await getVpc(client, signal, id), "the VPC"));
  },
  async delete({ client, signal, id }) {
    // Members leave a VPC a while after they are gone; the API refuses until then, and a region's default VPC for ever.
    const what = `DigitalOcean to delete the VPC ${id} (it keeps one that has members, and the default one of its region)`;
    const remove = async (lookSignal: AbortSignal) => {
      try {
        await client.find(lookSignal, (api) => api.vpcs.byVpc_id(id).delete());
        return { value: undefined };
      } catch (error) {
        if (isStatus(error, 403)) return notYet(error);
        throw error;
      }
    };
    await waitFor({ client, signal }, what, remove, DELETION_TIMEOUT_MS);
  },
});

/** The official plugin asks for so long. */
const DELETION_TIMEOUT_MS = 2 * 60 * 1000;

async function getVpc(client: DigitalOcean, signal: AbortSignal, id: string): Promise<Vpc | undefined> {
  return (await client.find(signal, (api) => api.vpcs.byVpc_id(id).get()))?.vpc ?? undefined;
}

function outsOf(found: Vpc) {
  return {
    name: found.name,
    region: found.region,
    description: found.description ?? "",
    ipRange: found.ipRange,
    vpcUrn: found.urn ?? "",
    default: found.defaultEscaped ?? false,
    createdAt: goTime(found.createdAt),
  };
}
