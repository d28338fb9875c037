import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import type { Cloud } from "../cloud.ts";
import { type UptimeAlert, uptimeAlert, type UptimeCheck, uptimeCheck } from "../alert-entities.ts";
import { type Env, notFound, unprocessable } from "../errors.ts";
import { page } from "../paging.ts";
import { readRecipients, recipientsBody, recipientsView } from "./recipients.ts";

const checkBody = uptimeCheck.omit({ id: true }).extend({ name: z.string().min(1), target: z.string().min(1) });
const alertBody = z.strictObject({
  name: z.string().min(1),
  type: uptimeAlert.shape.type,
  threshold: z.int().default(0),
  // The official plugin sends an empty text where none is given.
  comparison: z.union([z.enum(["greater_than", "less_than"]), z.literal("")]).default(""),
  period: uptimeAlert.shape.period,
  notifications: recipientsBody,
});

/** `/v2/uptime/checks`, their alerts and their state. */
export function uptimeRoutes(cloud: Cloud) {
  const { state, uuid, uptime } = cloud;
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "checks", state.uptimeChecks.all())))
    .post("/", async (c) => {
      const id = uuid();
      return c.json({ check: state.uptimeChecks.put(id, { id, ...readCheck(await readBody(c, checkBody)) }) }, 201);
    })
    .get("/:id", (c) => c.json({ check: requireCheck(cloud, c.req.param("id")) }))
    .put("/:id", async (c) => {
      const { id } = requireCheck(cloud, c.req.param("id"));
      const check = state.uptimeChecks.put(id, { id, ...readCheck(await readBody(c, checkBody)) });
      uptime.forget(id);
      return c.json({ check });
    })
    .delete("/:id", (c) => {
      const { id } = requireCheck(cloud, c.req.param("id"));
      for (const alert of alertsOf(cloud, id)) state.uptimeAlerts.delete(alert.id);
      state.uptimeChecks.delete(id);
      uptime.forget(id);
      return c.body(null, 204);
    })
    .get("/:id/state", (c) => c.json({ state: uptime.stateOf(requireCheck(cloud, c.req.param("id"))) }))
    .route("/:id/alerts", alertRoutes(cloud));
}

function alertRoutes(cloud: Cloud) {
  const { state, uuid } = cloud;
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "alerts", alertsOf(cloud, c.req.param("id") ?? "").map(alertView))))
    .post("/", async (c) => {
      const check = requireCheck(cloud, c.req.param("id") ?? "");
      const id = uuid();
      const alert = { id, checkId: check.id, ...readAlert(check, await readBody(c, alertBody)) };
      return c.json({ alert: alertView(state.uptimeAlerts.put(id, alert)) }, 201);
    })
    .get("/:alert", (c) => c.json({ alert: alertView(requireAlert(cloud, c.req.param())) }))
    .put("/:alert", async (c) => {
      const { id, checkId } = requireAlert(cloud, c.req.param());
      const alert = { id, checkId, ...readAlert(requireCheck(cloud, checkId), await readBody(c, alertBody)) };
      return c.json({ alert: alertView(state.uptimeAlerts.put(id, alert)) });
    })
    .delete("/:alert", (c) => {
      state.uptimeAlerts.delete(requireAlert(cloud, c.req.param()).id);
      return c.body(null, 204);
    });
}

function readCheck(body: z.infer<typeof checkBody>): Omit<UptimeCheck, "id"> {
  const isUrl = URL.canParse(body.target) && /^https?:/.test(body.target);
  if (body.type !== "ping" && !isUrl) throw unprocessable("target: must be a URL");
  if (body.type === "ping" && isUrl) throw unprocessable("target: must be a host name or an address");
  if (body.regions.length === 0) throw unprocessable("regions: at least one region must be given");
  return body;
}

function readAlert(check: UptimeCheck, body: z.infer<typeof alertBody>): Omit<UptimeAlert, "id" | "checkId"> {
  const { comparison, notifications, ...rest } = body;
  const needsThreshold = body.type === "latency" || body.type === "ssl_expiry";
  if (needsThreshold && (body.threshold < 1 || comparison === "")) {
    throw unprocessable(`threshold and comparison: are needed for ${body.type}`);
  }
  if (body.type === "ssl_expiry" && check.type !== "https") throw unprocessable("ssl_expiry: needs a check of https");
  return { ...rest, comparison: comparison === "" ? null : comparison, recipients: readRecipients(notifications) };
}

function alertView({ id, name, type, threshold, comparison, period, recipients }: UptimeAlert) {
  const needed = comparison === null ? {} : { threshold, comparison };
  return { id, name, type, ...needed, period, notifications: recipientsView(recipients) };
}

function alertsOf({ state }: Cloud, checkId: string): UptimeAlert[] {
  return state.uptimeAlerts.all().filter((alert) => alert.checkId === checkId);
}

function requireCheck({ state }: Cloud, id: string): UptimeCheck {
  const check = state.uptimeChecks.get(id);
  if (check === undefined) throw notFound();
  return check;
}

function requireAlert({ state }: Cloud, params: Readonly<Record<string, string>>): UptimeAlert {
  const alert = state.uptimeAlerts.get(params["alert"] ?? "");
  if (alert === undefined || alert.checkId !== params["id"]) throw notFound();
  return alert;
}
