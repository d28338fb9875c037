import type { Check, Check_updatable_regions, Check_updatable_type } from "@digitalocean/dots/src/dots/models/index.js";
import { flag, set, sorted, text } from "../protocol/index.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmpty, oneOf } from "./input-rules.ts";

/** A check from outside, by ping, http or https, from some of four regions. */
export const uptimeCheck = defineResource({
  token: "digitalocean:index/uptimeCheck:UptimeCheck",
  properties: {
    name: text({ autoname: true, rule: notEmpty }),
    target: text({ required: true, rule: notEmpty }),
    type: text({ default: "https", rule: oneOf(["ping", "http", "https"]) }),
    regions: set(text({ rule: notEmpty })),
    enabled: flag({ default: true }),
  },
  async create({ client, signal, inputs }) {
    const made = await client.call(signal, (api) => api.uptime.checks.post(toCheck(inputs)));
    const id = answered(made?.check?.id, "the check's id");
    return { id, outs: outsOf(answered(await getCheck(client, signal, id), "the check")) };
  },
  async read({ client, signal, id }) {
    const found = await getCheck(client, signal, id);
    return found === undefined ? undefined : outsOf(found);
  },
  async update({ client, signal, id, inputs }) {
    await client.call(signal, (api) => api.uptime.checks.byCheck_id(id).put(toCheck(inputs)));
    return outsOf(answered(await getCheck(client, signal, id), "the check"));
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.uptime.checks.byCheck_id(id).delete());
  },
});

interface Given {
  readonly name: string;
  readonly target: string;
  readonly type: string;
  readonly regions?: readonly string[];
  readonly enabled: boolean;
}

function toCheck({ name, target, type, regions = [], enabled }: Given) {
  return {
    name,
    type: type as Check_updatable_type,
    target,
    regions: sorted(regions) as Check_updatable_regions[],
    enabled,
  };
}

async function getCheck(client: DigitalOcean, signal: AbortSignal, id: string): Promise<Check | undefined> {
  return (await client.find(signal, (api) => api.uptime.checks.byCheck_id(id).get()))?.check ?? undefined;
}

function outsOf(check: Check) {
  return {
    name: check.name ?? "",
    target: check.target ?? "",
    type: check.type ?? "",
    regions: sorted(check.regions ?? []),
    enabled: check.enabled ?? false,
  };
}
