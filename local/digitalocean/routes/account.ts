import { Hono } from "hono";
import { dropletLimit, reservedIpLimit, volumeLimit } from "../limits.ts";
import type { Env } from "../errors.ts";

/** `GET /v2/account`: an active account with DigitalOcean's limits for new accounts. */
export function accountRoutes() {
  return new Hono<Env>().get("/", (c) =>
    c.json({
      account: {
        droplet_limit: dropletLimit,
        floating_ip_limit: reservedIpLimit,
        reserved_ip_limit: reservedIpLimit,
        volume_limit: volumeLimit,
        email: "operator@local.invalid",
        name: "Local cloud",
        uuid: "local",
        email_verified: true,
        status: "active",
        status_message: "",
        team: { uuid: "local", name: "Local cloud" },
      },
    }),
  );
}
