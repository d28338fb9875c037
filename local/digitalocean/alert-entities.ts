import { z } from "zod";

// State of checks from outside and of alerts in the local DigitalOcean API, one schema a resource.

/** Schema of those who are told of an alert. */
const recipients = z.strictObject({
  emails: z.array(z.string()),
  slacks: z.array(z.strictObject({ channel: z.string(), url: z.string() })),
});
/** Recipients of an alert: mail addresses, and channels of Slack with the URL that takes messages for them. */
export type Recipients = z.infer<typeof recipients>;

/** Schema of a check from outside. */
export const uptimeCheck = z.strictObject({
  id: z.string(),
  name: z.string(),
  type: z.enum(["ping", "http", "https"]),
  /** Host, or URL. */
  target: z.string(),
  regions: z.array(z.enum(["us_east", "us_west", "eu_west", "se_asia"])),
  enabled: z.boolean(),
});
/** A check from outside. */
export type UptimeCheck = z.infer<typeof uptimeCheck>;

/** Schema of an alert of an uptime check. */
export const uptimeAlert = z.strictObject({
  id: z.string(),
  checkId: z.string(),
  name: z.string(),
  type: z.enum(["latency", "down", "down_global", "ssl_expiry"]),
  /** Milliseconds of latency, or days until the certificate ends. */
  threshold: z.int(),
  comparison: z.enum(["greater_than", "less_than"]).nullable(),
  period: z.enum(["2m", "3m", "5m", "10m", "15m", "30m", "1h"]),
  recipients,
});
/** An alert of an uptime check. */
export type UptimeAlert = z.infer<typeof uptimeAlert>;

/** Schema of an alert on what a droplet's metrics agent measures. */
export const monitorAlert = z.strictObject({
  uuid: z.string(),
  description: z.string(),
  type: z.string(),
  compare: z.enum(["GreaterThan", "LessThan"]),
  value: z.number(),
  window: z.enum(["5m", "10m", "30m", "1h"]),
  enabled: z.boolean(),
  /** Ids of droplets. */
  entities: z.array(z.string()),
  tags: z.array(z.string()),
  recipients,
});
/** An alert on what a droplet's metrics agent measures. */
export type MonitorAlert = z.infer<typeof monitorAlert>;
