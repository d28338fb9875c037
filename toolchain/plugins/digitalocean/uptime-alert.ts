import type { Alert, Alert_comparison, Alert_period, Alert_type } from "@digitalocean/dots/src/dots/models/index.js";
import { list, number, object, text } from "../protocol/index.ts";
import { fromRecipients, recipientFields, toRecipients } from "./alert-recipients.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmpty, oneOf } from "./input-rules.ts";

const periods = ["2m", "3m", "5m", "10m", "15m", "30m", "1h"];

/** An alert of an uptime check: when it is told that the target is down, slow, or that its certificate ends, and to whom. */
export const uptimeAlert = defineResource({
  token: "digitalocean:index/uptimeAlert:UptimeAlert",
  properties: {
    checkId: text({ required: true, rule: notEmpty }),
    name: text({ autoname: true, rule: notEmpty }),
    type: text({ required: true, rule: oneOf(["latency", "down", "down_global", "ssl_expiry"]) }),
    threshold: number(),
    comparison: text({ rule: oneOf(["greater_than", "less_than"]) }),
    period: text({ rule: oneOf(periods) }),
    notifications: list(object(recipientFields), { required: true }),
  },
  async create({ client, signal, inputs }) {
    const { checkId } = inputs;
    const made = await client.call(signal, (api) => api.uptime.checks.byCheck_id(checkId).alerts.post(toAlert(inputs)));
    const id = answered(made?.alert?.id, "the alert's id");
    return { id, outs: outsOf(answered(await getAlert({ client, signal, checkId, id }), "the alert"), checkId) };
  },
  async read({ client, signal, id, state }) {
    const checkId = answered(state.checkId, "the check that the alert belongs to");
    const found = await getAlert({ client, signal, checkId, id });
    return found === undefined ? undefined : outsOf(found, checkId);
  },
  async update({ client, signal, id, inputs }) {
    const { checkId } = inputs;
    await client.call(signal, (api) =>
      api.uptime.checks.byCheck_id(checkId).alerts.byAlert_id(id).put(toAlert(inputs)),
    );
    return outsOf(answered(await getAlert({ client, signal, checkId, id }), "the alert"), checkId);
  },
  async delete({ client, signal, id, state }) {
    const checkId = answered(state.checkId, "the check that the alert belongs to");
    await client.find(signal, (api) => api.uptime.checks.byCheck_id(checkId).alerts.byAlert_id(id).delete());
  },
});

interface Given {
  readonly name: string;
  readonly type: string;
  readonly threshold?: number;
  readonly comparison?: string;
  readonly period?: string;
  readonly notifications: readonly Parameters<typeof toRecipients>[0][];
}

/** The API refuses values that its client's types don't have; those that are not given are sent as the official plugin does. */
function toAlert({ name, type, threshold = 0, comparison = "", period = "", notifications }: Given) {
  return {
    name,
    type: type as Alert_type,
    threshold,
    comparison: comparison as Alert_comparison,
    notifications: toRecipients(notifications[0] ?? {}),
    period: period as Alert_period,
  };
}

interface Lookup {
  readonly client: DigitalOcean;
  readonly signal: AbortSignal;
  readonly checkId: string;
  readonly id: string;
}

async function getAlert({ client, signal, checkId, id }: Lookup): Promise<Alert | undefined> {
  const found = await client.find(signal, (api) => api.uptime.checks.byCheck_id(checkId).alerts.byAlert_id(id).get());
  return found?.alert ?? undefined;
}

function outsOf(alert: Alert, checkId: string) {
  return {
    checkId,
    name: alert.name ?? "",
    type: alert.type ?? "",
    threshold: alert.threshold ?? 0,
    comparison: alert.comparison ?? "",
    period: alert.period ?? "",
    notifications: [fromRecipients(alert.notifications ?? {})],
  };
}
