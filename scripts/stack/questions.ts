import { networkInterfaces } from "node:os";
import { z } from "zod";
import { areAllPrivate, isPrivate, privateOnly } from "../../components/settings/operator-networks.ts";
import { contradictions } from "../../components/settings/rules.ts";
import { type PlainSettings, settingsSchema } from "../../components/settings/schema.ts";
import { vendorKeys, type VendorKeyName } from "../../components/settings/vendor-keys.ts";

/** Answers about a new stack that only the operator can give. */
export interface Answers {
  readonly domain: string;
  /** Zone at Cloudflare that has the domain's records: the domain itself, or one that the domain is below. */
  readonly zone: string;
  readonly contact: string;
  readonly region: string;
  readonly sshNetworks: readonly string[];
  /** Tokens and keys that the operator wants in the stack's file; undefined: all come from the environment. */
  readonly vendorKeys?: Readonly<Record<VendorKeyName, string>> | undefined;
}

const { domain, zone, contact, region, sshNetworks } = settingsSchema.shape;

/** Schemas of the vendors' tokens and keys, each with what one looks like. */
export const vendorKeyForms = {
  digitaloceanToken: z.string().regex(/^(dop_v1_\S{20,}|[0-9a-f]{64})$/, {
    error: "expected a DigitalOcean API token: dop_v1_ and 64 digits and letters from a to f",
  }),
  cloudflareToken: z.string().regex(/^[0-9A-Za-z_-]{40,80}$/, {
    error: "expected a Cloudflare API token: 40 to 80 letters, digits, hyphens and underscores",
  }),
  spacesAccessId: z.string().regex(/^[0-9A-Z]{16,40}$/, {
    error: "expected the id of a Spaces key: 20 capitals and digits, DO first",
  }),
  spacesSecretKey: z.string().regex(/^\S{30,}$/, {
    error: "expected the secret half of that Spaces key: 43 letters, digits, + and /",
  }),
} as const satisfies Readonly<Record<VendorKeyName, z.ZodType>>;

/** Settings as they are in the file of a new stack, where nobody is asked about them. */
const defaults: Partial<PlainSettings> = Object.fromEntries(
  Object.entries(settingsSchema.shape).flatMap(([name, form]) => {
    const { success, data } = form.safeParse(undefined);
    return success ? [[name, data]] : [];
  }),
);

/** Adds to an answer's schema what the program would refuse beside the other settings' defaults, in the same words. */
function usable<Form extends z.ZodType>(name: keyof PlainSettings, form: Form): Form {
  return form.superRefine((value, context) => {
    const found = contradictions({ ...defaults, [name]: value }, { stack: "" }).filter(({ key }) => key === name);
    for (const { reason } of found) context.addIssue({ code: "custom", message: reason });
  });
}

/** Schemas of the answers that are not secret; the rules for settings are the program's own. */
export const answerForms = {
  domain: usable("domain", domain),
  zone,
  contact: usable("contact", contact),
  region: usable("region", region),
  sshNetworks: sshNetworks
    .refine((networks) => networks.length > 0, {
      error: "expected at least one network, the one that this machine is in",
    })
    .refine((networks) => !areAllPrivate(networks), {
      error: ({ input }) => privateOnly(input as readonly string[]),
    }),
} as const;

/** Name of an answer that is not secret. */
export type AnswerName = keyof typeof answerForms;

/** Text of the question for each answer. */
export const questions = {
  domain: "Domain of the network, the right side of every JID (example.org, or chat.example.org)",
  zone: "Zone at Cloudflare that has this domain's records: the name that you see in Cloudflare's list of domains",
  contact: "Mail address for abuse reports and the certificate authority",
  region: "DigitalOcean region (fra1, ams3, nyc3, …)",
  sshNetworks: "Networks that may use SSH, in CIDR notation with commas between; this machine must be in one",
  digitaloceanToken: "DigitalOcean API token, dop_v1_… (docs/production.md has its scopes)",
  cloudflareToken: "Cloudflare API token (Zone: Read, DNS: Edit, API Tokens: Edit)",
  spacesAccessId:
    "Id of a Spaces access key, for the backups' bucket (DigitalOcean: Spaces Object Storage → Access Keys → Full Access)",
  spacesSecretKey: "Secret key that was shown with it",
} as const satisfies Record<AnswerName | VendorKeyName, string>;

/**
 * Checks all answers together: plain ones by name, and the vendors' keys, where the operator wants them kept. Throws one Error with
 * a line for each that will not do. No line shows a token.
 */
export function checkAnswers(
  answers: Readonly<Record<string, unknown>>,
  keys?: Readonly<Record<string, unknown>>,
): Answers {
  const given: Record<string, unknown> = { ...answers, zone: answers["zone"] ?? usualZone(answers["domain"]) };
  const wanted = z.object({ ...answerForms, zone: zoneOf(answers["domain"]) });
  const plain = wanted.safeParse(given);
  const kept = z.object(vendorKeyForms).optional().safeParse(keys);
  const lines = [...problems(plain.error, given), ...problems(kept.error, keys ?? {})];
  if (plain.success && kept.success && lines.length === 0) return { ...plain.data, vendorKeys: kept.data };
  throw new Error(["these answers will not do:", ...lines, "Nothing was changed."].join("\n"));
}

/** Makes the schema of the zone that has a domain's records. */
export function zoneOf(domainName: unknown) {
  return domain.refine((name) => domainName === name || String(domainName).endsWith(`.${name}`), {
    error: `expected ${String(domainName)} or what follows one of its dots`,
  });
}

/** Gives the zone of a domain of two labels: itself. Which one a longer one is in, only the operator knows. */
export function usualZone(domainName: unknown): string | undefined {
  return typeof domainName === "string" && domainName.split(".").length === 2 ? domainName : undefined;
}

function problems(error: z.ZodError | undefined, given: Readonly<Record<string, unknown>>): string[] {
  return (error?.issues ?? []).map(({ path, message }) => {
    const name = String(path[0]);
    if (given[name] !== undefined) return `  ${path.map(String).join(".")}: ${message}`;
    return `  ${name}: missing${name === "zone" ? `; ${questions.zone} (--zone example.org)` : ""}`;
  });
}

/** Names of the vendors' tokens and keys, in the order in which they are asked for. */
export const vendorKeyNames = Object.keys(vendorKeys) as readonly VendorKeyName[];

/** Splits comma-separated text into a list. */
export function networkList(text: string): readonly string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Finds this machine's own public addresses, in CIDR notation: right where no NAT stands between. */
export function proposedNetworks(interfaces = networkInterfaces()): readonly string[] {
  return Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .filter(({ address, internal }) => !internal && !isPrivate(address))
    .map(({ address, family }) => (family === "IPv4" ? `${address}/32` : `${address}/128`));
}
