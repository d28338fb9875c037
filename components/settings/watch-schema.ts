import { isIP } from "node:net";
import { z } from "zod";
import { alarmWay } from "./alarm-schema.ts";
import { domainNameOrNothing, integerOrNothing, list, objectOrNothing, tokenEnd } from "./types.ts";

const regionSlug = z
  .string({ error: "expected the slug of a DigitalOcean region, such as ams3" })
  .regex(/^[a-z]{3}[0-9]{1,2}$/, { error: "expected the slug of a DigitalOcean region, such as ams3" });

const watcher = z.strictObject(
  {
    region: regionSlug,
    size: z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]+$/, { error: "expected the slug of a droplet size" })
      .default("s-1vcpu-512mb-10gb"),
  },
  {
    error: ({ code }) => (code === "invalid_type" ? "expected {region: ams3}, or nothing" : undefined),
  },
);

const vendorAlerts = z
  .strictObject({
    emails: z
      .array(z.email({ error: "expected a mail address" }))
      .max(20)
      .default([]),
    slack: z
      .strictObject({
        channel: z.string().regex(/^[#@][^\s#@]{1,80}$/, { error: "expected a channel such as #alarms" }),
        url: z.url({ protocol: /^https$/, error: "expected an https URL" }),
      })
      .optional(),
  })
  .refine(({ emails, slack }) => emails.length > 0 || slack !== undefined, {
    error: "would tell nobody; set emails, slack or both",
  });

const resolver = z.string().refine((text) => isIP(text) !== 0 || isIP(text.replace(/:\d{1,5}$/, "")) === 4, {
  error: "expected the address of a DNS resolver, such as 1.1.1.1",
});

/** Plain settings of a stack that say how the network is watched and who is alarmed. */
export const watchShape = {
  alarms: list(z.array(alarmWay).max(10))
    .default([])
    .meta({
      description:
        "Ways by which you are alarmed, two at least that share no provider: `xmpp` (on another server), `ntfy`, `slack`, `webhook`, " +
        "`mail-api` or `smtp`. Their secrets are encrypted; docs/watching.md has a command for each. Empty: nobody is told.",
      example: [{ type: "ntfy", topic: "imera-7f3k" }],
    }),
  watcher: objectOrNothing(watcher)
    .default("")
    .meta({
      description:
        "A small droplet in another region that does what users do, and alarms within seconds. Needs alarms. Empty: only the nodes " +
        "watch themselves, and a dead node says nothing.",
      example: { region: "ams3" },
    }),
  watchResolvers: list(z.array(resolver).min(1).max(4))
    .default(["1.1.1.1", "8.8.8.8"])
    .meta({ description: "DNS resolvers that the watchers ask, by address.", example: ["9.9.9.9", "1.1.1.1"] }),
  watchPeer: domainNameOrNothing().default("").meta({
    description: "XMPP server of somebody else that the network is seen to reach, by a ping each minute. Empty: none.",
    example: "jabber.example.net",
  }),
  watchDailyHour: integerOrNothing(z.int().min(0).max(23)).default("").meta({
    description: "Hour, in UTC, at which the watcher says once a day that all is well. Empty: never.",
    example: 7,
  }),
  tokenEnds: list(z.array(tokenEnd()).max(20))
    .default([])
    .meta({
      description:
        "Last days of tokens of yours, each by a name: you are alarmed from 14 days before. For those of which no API tells the end, such " +
        "as DigitalOcean's. Never the tokens themselves.",
      example: [{ token: "DigitalOcean", until: "2027-06-30" }],
    }),
  vendorAlerts: objectOrNothing(vendorAlerts)
    .default("")
    .meta({
      description:
        "Has DigitalOcean itself look from outside, and tell these: mail addresses that are verified in the account, and a Slack " +
        "channel, whose URL is encrypted. 1 USD a month for each of two checks. Empty: off.",
      example: { emails: ["ops@example.org"] },
    }),
} as const;
