import { Hono } from "hono";
import { z } from "zod";
import { list, readBody } from "../body.ts";
import { requireDroplet, type Cloud } from "../cloud.ts";
import { type MonitorAlert, monitorAlert } from "../alert-entities.ts";
import { type Env, notFound, unsupported } from "../errors.ts";
import { page } from "../paging.ts";
import { metricOf } from "../alerts/metrics.ts";
import { readRecipients, recipientsBody, recipientsView } from "./recipients.ts";

const policyBody = z.strictObject({
  description: z.string(),
  type: z.string(),
  compare: monitorAlert.shape.compare,
  value: z.number(),
  window: monitorAlert.shape.window,
  enabled: z.boolean(),
  entities: list(z.string()),
  tags: list(z.string()),
  alerts: recipientsBody,
});

/** `/v2/monitoring/alerts`. */
export function monitoringRoutes(cloud: Cloud) {
  const { state, uuid } = cloud;
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "policies", state.monitorAlerts.all().map(policyView))))
    .post("/", async (c) => {
      const id = uuid();
      const alert = { uuid: id, ...read(cloud, await readBody(c, policyBody)) };
      return c.json({ policy: policyView(state.monitorAlerts.put(id, alert)) });
    })
    .get("/:uuid", (c) => c.json({ policy: policyView(requireAlert(cloud, c.req.param("uuid"))) }))
    .put("/:uuid", async (c) => {
      const { uuid: id } = requireAlert(cloud, c.req.param("uuid"));
      const alert = { uuid: id, ...read(cloud, await readBody(c, policyBody)) };
      return c.json({ policy: policyView(state.monitorAlerts.put(id, alert)) });
    })
    .delete("/:uuid", (c) => {
      state.monitorAlerts.delete(requireAlert(cloud, c.req.param("uuid")).uuid);
      return c.body(null, 204);
    });
}

function read({ state }: Cloud, { alerts, ...body }: z.infer<typeof policyBody>): Omit<MonitorAlert, "uuid"> {
  if (metricOf(body.type) === undefined) throw unsupported(`alerts of the type ${body.type}`);
  for (const id of body.entities) requireDroplet(state, Number(id));
  return { ...body, recipients: readRecipients(alerts) };
}

function policyView({ recipients, ...alert }: MonitorAlert) {
  return { ...alert, alerts: recipientsView(recipients) };
}

function requireAlert({ state }: Cloud, id: string): MonitorAlert {
  const alert = state.monitorAlerts.get(id);
  if (alert === undefined) throw notFound();
  return alert;
}
