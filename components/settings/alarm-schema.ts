import { z } from "zod";
import { isIP } from "node:net";
import { domainNameProblem } from "../model/domain-name.ts";

// Settings whose fields are told apart by `type`. Fields that hold a secret are listed in `secretFields`.

const wayName = z.string().regex(/^[a-z0-9-]{1,40}$/, { error: "expected at most 40 of a-z, 0-9 and -" });

const mailAddress = z.email({ error: "expected a mail address" });

const bareJid = z.string({ error: "expected a JID such as me@other.example" }).superRefine((jid, context) => {
  const [user = "", domain = "", ...rest] = jid.split("@");
  const isRight = /^[^\s/@"'&:<>]+$/.test(user) && rest.length === 0 && domainNameProblem(domain) === undefined;
  if (!isRight) context.addIssue({ code: "custom", message: "expected a JID such as me@other.example, in lower case" });
});

const host = z
  .string({ error: "expected a host name or an address" })
  .refine((name) => isIP(name) !== 0 || domainNameProblem(name) === undefined, {
    error: "expected a host name or an address, without https:// and port",
  });

const port = z.int({ error: "expected a port" }).min(1).max(65_535);

/** ASCII, so that it can stand in a header. */
const secretText = z
  .string({ error: "not set" })
  .regex(/^[!-~]{1,500}$/, { error: "expected 1 to 500 characters of ASCII without spaces" });

const httpsUrl = z.url({ protocol: /^https$/, error: "expected an https URL" });

const recipients = <Item extends z.ZodType>(item: Item) =>
  z.array(item, { error: "expected a list" }).min(1, { error: "name somebody" }).max(20, { error: "at most 20" });

const xmpp = z.strictObject({
  type: z.literal("xmpp"),
  name: wayName.default("xmpp"),
  from: bareJid,
  to: recipients(bareJid),
  host: host.nullable().default(null),
  port: port.default(5222),
  password: secretText,
});

const ntfy = z.strictObject({
  type: z.literal("ntfy"),
  name: wayName.default("ntfy"),
  server: httpsUrl.default("https://ntfy.sh"),
  topic: z
    .string({ error: "not set" })
    .regex(/^[A-Za-z0-9_-]{1,64}$/, { error: "expected 1 to 64 letters, digits, hyphens and underscores" }),
  token: secretText.nullable().default(null),
});

const slack = z.strictObject({ type: z.literal("slack"), name: wayName.default("slack"), url: httpsUrl });

const webhook = z.strictObject({
  type: z.literal("webhook"),
  name: wayName.default("webhook"),
  url: httpsUrl,
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9-]{1,60}$/, { error: "expected the name of a header" }),
      z.string().regex(/^[ -~]{0,500}$/, { error: "expected ASCII" }),
    )
    .default({}),
});

const mailApi = z
  .strictObject({
    type: z.literal("mail-api"),
    name: wayName.default("mail-api"),
    api: z.enum(["postmark", "resend", "mailgun", "brevo"]),
    from: mailAddress,
    to: recipients(mailAddress),
    url: httpsUrl.nullable().default(null),
    token: secretText,
  })
  .refine(({ api, url }) => api !== "mailgun" || url !== null, {
    path: ["url"],
    error: "mailgun needs one: https://api.mailgun.net/v3/DOMAIN/messages",
  });

const smtp = z
  .strictObject({
    type: z.literal("smtp"),
    name: wayName.default("smtp"),
    host,
    port: port.default(587),
    security: z.enum(["starttls", "tls"]).optional(),
    user: z.string({ error: "not set" }).min(1),
    from: mailAddress,
    to: recipients(mailAddress),
    password: secretText,
  })
  .refine((way) => way.port !== 25, {
    path: ["port"],
    error: "25 is for servers among themselves; take 465, 587 or 2525",
  })
  .transform(({ security, ...way }) => ({
    ...way,
    security: security ?? (way.port === 465 ? ("tls" as const) : ("starttls" as const)),
  }));

const kinds = [xmpp, ntfy, slack, webhook, mailApi, smtp] as const;

/** Types of ways by which somebody is alarmed. */
const wayTypes = ["xmpp", "ntfy", "slack", "webhook", "mail-api", "smtp"] as const;

/** Schema of one way by which somebody is alarmed, its secrets among its fields. */
export const alarmWay = z.discriminatedUnion("type", kinds, {
  error: `expected a type: one of ${wayTypes.join(", ")}`,
});

/** Way by which somebody is alarmed, its secrets among its fields. */
export type AlarmWay = z.infer<typeof alarmWay>;

/** Fields of a way that nobody may see, by type. */
export const secretFields = {
  xmpp: ["password"],
  ntfy: ["topic", "token"],
  slack: ["url"],
  webhook: ["url", "headers"],
  "mail-api": ["token"],
  smtp: ["password"],
} as const satisfies Readonly<Record<AlarmWay["type"], readonly string[]>>;
