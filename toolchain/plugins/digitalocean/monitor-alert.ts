import type {
  Alert_policy,
  Alert_policy_request,
  Alert_policy_request_compare,
  Alert_policy_request_type,
  Alert_policy_request_window,
} from "@digitalocean/dots/src/dots/models/index.js";
import { flag, number, object, set, sorted, text } from "../protocol/index.ts";
import { fromRecipients, recipientFields, toRecipients } from "./alert-recipients.ts";
import { unlessEmpty } from "./answers.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmpty, oneOf, tagName } from "./input-rules.ts";

/** An alert by what a droplet's metrics agent measures: of its memory, disk, processor and traffic. */
export const monitorAlert = defineResource({
  token: "digitalocean:index/monitorAlert:MonitorAlert",
  properties: {
    description: text({ required: true, rule: notEmpty }),
    type: text({ required: true, rule: notEmpty }),
    compare: text({ required: true, rule: oneOf(["GreaterThan", "LessThan"]) }),
    value: number({ required: true }),
    window: text({ required: true, rule: oneOf(["5m", "10m", "30m", "1h"]) }),
    enabled: flag({ default: true }),
    entities: set(text({ rule: notEmpty })),
    tags: set(text({ rule: tagName })),
    alerts: object(recipientFields, { required: true }),
    uuid: text({ output: true }),
  },
  async create({ client, signal, inputs }) {
    const made = await client.call(signal, (api) => api.monitoring.alerts.post(toPolicy(inputs)));
    const id = answered(made?.policy?.uuid, "the alert's id");
    return { id, outs: outsOf(answered(await getPolicy(client, signal, id), "the alert"), inputs) };
  },
  async read({ client, signal, id }) {
    const found = await getPolicy(client, signal, id);
    return found === undefined ? undefined : outsOf(found, { entities: [], tags: [] });
  },
  async update({ client, signal, id, inputs }) {
    await client.call(signal, (api) => api.monitoring.alerts.byAlert_uuid(id).put(toPolicy(inputs)));
    return outsOf(answered(await getPolicy(client, signal, id), "the alert"), inputs);
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.monitoring.alerts.byAlert_uuid(id).delete());
  },
});

interface Given {
  readonly description: string;
  readonly type: string;
  readonly compare: string;
  readonly value: number;
  readonly window: string;
  readonly enabled: boolean;
  readonly entities?: readonly string[];
  readonly tags?: readonly string[];
  readonly alerts: Parameters<typeof toRecipients>[0];
}

function toPolicy({ entities = [], tags = [], alerts, ...given }: Given): Alert_policy_request {
  return {
    type: given.type as Alert_policy_request_type,
    description: given.description,
    compare: given.compare as Alert_policy_request_compare,
    value: given.value,
    window: given.window as Alert_policy_request_window,
    entities: [...entities],
    tags: [...tags],
    alerts: toRecipients(alerts),
    enabled: given.enabled,
  };
}

async function getPolicy(client: DigitalOcean, signal: AbortSignal, id: string): Promise<Alert_policy | undefined> {
  return (await client.find(signal, (api) => api.monitoring.alerts.byAlert_uuid(id).get()))?.policy ?? undefined;
}

function outsOf(policy: Alert_policy, given: Pick<Given, "entities" | "tags">) {
  return {
    description: policy.description ?? "",
    type: policy.type ?? "",
    compare: policy.compare ?? "",
    value: policy.value ?? 0,
    window: policy.window ?? "",
    enabled: policy.enabled ?? false,
    entities: unlessEmpty(sorted(policy.entities ?? []), given.entities),
    tags: unlessEmpty(sorted(policy.tags ?? []), given.tags),
    alerts: fromRecipients(policy.alerts ?? {}),
    // The official plugin has the id as the resource's own, and leaves this one empty.
    uuid: null,
  };
}
