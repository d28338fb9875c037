import type { Zone } from "cloudflare/resources/zones/zones";
import { Hono } from "hono";
import { type ApiEnv, type Cloud, mayKnow, page, success, visibleZone } from "../context.ts";
import type { StoredZone } from "../entities.ts";

/** `GET zones` and `GET zones/{id}`: https://developers.cloudflare.com/api/resources/zones/ */
export function zoneRoutes(cloud: Cloud): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get("/zones", (c) => {
    const name = c.req.query("name")?.toLowerCase();
    const status = c.req.query("status");
    const accountId = c.req.query("account.id");
    const zones = cloud.state.zones
      .all()
      .filter((zone) => name === undefined || zone.name === name)
      .filter(() => status === undefined || status === "active")
      .filter(() => accountId === undefined || accountId === cloud.account.id)
      .filter((zone) => mayKnow(cloud, c, zone));
    return c.json(
      page(
        c,
        zones.map((zone) => zoneResponse(cloud, zone)),
        20,
      ),
    );
  });
  app.get("/zones/:zone", (c) => c.json(success(zoneResponse(cloud, visibleZone(cloud, c, c.req.param("zone"))))));
  return app;
}

function zoneResponse({ account, nameServers }: Cloud, zone: StoredZone): Zone {
  return {
    ...zone,
    account: { id: account.id, name: account.name },
    activated_on: zone.created_on,
    development_mode: 0,
    meta: { custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false, step: 2 },
    name_servers: [...nameServers],
    original_dnshost: null,
    original_name_servers: null,
    original_registrar: null,
    owner: { id: account.userId, type: "user" },
    paused: false,
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Pulumi's plugin still reads it
    permissions: ["#dns_records:edit", "#dns_records:read", "#zone:read"],
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Pulumi's plugin still reads it
    plan: {
      id: "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
      name: "Free Website",
      price: 0,
      currency: "USD",
      frequency: "",
      is_subscribed: false,
      can_subscribe: false,
      legacy_id: "free",
      legacy_discount: false,
      externally_managed: false,
    },
    status: "active",
    tenant: {},
    tenant_unit: {},
    type: "full",
  };
}
