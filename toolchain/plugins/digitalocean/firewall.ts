import type { Firewall } from "@digitalocean/dots/src/dots/models/index.js";
import { list, number, object, set, sorted, text } from "../protocol/index.ts";
import { apiTime, unlessEmpty } from "./answers.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmpty, oneOf, tagName } from "./input-rules.ts";
import {
  type InboundRule,
  type OutboundRule,
  fromRules,
  ruleProblem,
  toInboundRules,
  toOutboundRules,
} from "./firewall-rules.ts";

const ruleBase = {
  protocol: text({ required: true, rule: oneOf(["tcp", "udp", "icmp"]) }),
  portRange: text({ rule: notEmpty }),
};

/** A firewall with its rules, for droplets by id and by tag. */
export const firewall = defineResource({
  token: "digitalocean:index/firewall:Firewall",
  properties: {
    name: text({ autoname: true, rule: notEmpty }),
    inboundRules: set(
      object({
        ...ruleBase,
        sourceAddresses: set(text({ rule: notEmpty })),
        sourceDropletIds: set(number()),
        sourceKubernetesIds: set(text({ rule: notEmpty })),
        sourceLoadBalancerUids: set(text({ rule: notEmpty })),
        sourceTags: set(text({ rule: tagName })),
      }),
      { terraformName: "inbound_rule" },
    ),
    outboundRules: set(
      object({
        ...ruleBase,
        destinationAddresses: set(text({ rule: notEmpty })),
        destinationDropletIds: set(number()),
        destinationKubernetesIds: set(text({ rule: notEmpty })),
        destinationLoadBalancerUids: set(text({ rule: notEmpty })),
        destinationTags: set(text({ rule: tagName })),
      }),
      { terraformName: "outbound_rule" },
    ),
    dropletIds: set(number()),
    tags: set(text({ rule: tagName })),
    status: text({ output: true }),
    createdAt: text({ output: true }),
    pendingChanges: list(object({ dropletId: number(), removing: text(), status: text() }), { output: true }),
  },
  plan({ inboundRules = [], outboundRules = [] }) {
    if (inboundRules.length + outboundRules.length === 0) throw new Error("At least one rule must be specified");
    const problem = ruleProblem("inbound", inboundRules) ?? ruleProblem("outbound", outboundRules);
    if (problem !== undefined) throw new Error(problem);
  },
  async create({ client, signal, inputs }) {
    const made = await client.call(signal, (api) => api.firewalls.post(toFirewall(inputs)));
    const id = answered(made?.firewall?.id, "the firewall's id");
    return { id, outs: outsOf(answered(await getFirewall(client, signal, id), "the firewall"), inputs) };
  },
  async read({ client, signal, id, inputs }) {
    const found = await getFirewall(client, signal, id);
    return found === undefined ? undefined : outsOf(found, { ...inputs, dropletIds: [], tags: [] });
  },
  async update({ client, signal, id, inputs }) {
    await client.call(signal, (api) => api.firewalls.byFirewall_id(id).put(toFirewall(inputs)));
    return outsOf(answered(await getFirewall(client, signal, id), "the firewall"), inputs);
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.firewalls.byFirewall_id(id).delete());
  },
});

interface Given {
  readonly name?: string;
  readonly inboundRules?: readonly InboundRule[];
  readonly outboundRules?: readonly OutboundRule[];
  readonly dropletIds?: readonly number[];
  readonly tags?: readonly string[];
}

async function getFirewall(client: DigitalOcean, signal: AbortSignal, id: string): Promise<Firewall | undefined> {
  return (await client.find(signal, (api) => api.firewalls.byFirewall_id(id).get()))?.firewall ?? undefined;
}

function toFirewall({ name = "", inboundRules = [], outboundRules = [], dropletIds = [], tags = [] }: Given): Firewall {
  return {
    name,
    inboundRules: toInboundRules(inboundRules),
    outboundRules: toOutboundRules(outboundRules),
    dropletIds: [...dropletIds],
    tags: [...tags],
  };
}

function outsOf(found: Firewall, given: Given) {
  const { inboundRules, outboundRules } = fromRules(found, [
    ...(given.inboundRules ?? []),
    ...(given.outboundRules ?? []),
  ]);
  return {
    name: found.name,
    inboundRules,
    outboundRules,
    dropletIds: unlessEmpty(sorted(found.dropletIds), given.dropletIds),
    tags: unlessEmpty(sorted(found.tags), given.tags),
    status: found.status ?? "",
    createdAt: apiTime(found.createdAt),
    pendingChanges: (found.pendingChanges ?? []).map(({ dropletId, removing, status }) => ({
      dropletId: dropletId ?? 0,
      removing: String(removing ?? false),
      status: status ?? "",
    })),
  };
}
