import { networkInterfaces } from "node:os";
import { z } from "zod";
import { settingsSchema } from "../../components/settings/schema.ts";

/** Answers about a new stack that only the operator can give. */
export interface Answers {
  readonly domain: string;
  readonly contact: string;
  readonly region: string;
  readonly sshNetworks: readonly string[];
  /** DigitalOcean API token. */
  readonly digitaloceanToken: string;
  /** Cloudflare API token. */
  readonly cloudflareToken: string;
  /** Key pair of Spaces with full access, which makes the backups' bucket. */
  readonly spacesAccessId: string;
  readonly spacesSecretKey: string;
}

const { domain, contact, region, sshNetworks } = settingsSchema.shape;

/** Schema of the answers; the rules for settings are the program's own. */
export const answersSchema = z.object({
  domain,
  contact,
  region,
  sshNetworks: sshNetworks.refine((networks) => networks.length > 0, {
    error: "expected at least one network, the one that this machine is in",
  }),
  digitaloceanToken: z.string().regex(/^\S{20,}$/, { error: "expected a DigitalOcean API token" }),
  cloudflareToken: z.string().regex(/^[0-9A-Za-z_-]{40,80}$/, {
    error: "expected a Cloudflare API token: 40 to 80 letters, digits, hyphens and underscores",
  }),
  spacesAccessId: z
    .string()
    .regex(/^[0-9A-Z]{16,40}$/, { error: "expected the id of a Spaces key: capitals and digits" }),
  spacesSecretKey: z.string().regex(/^\S{30,}$/, { error: "expected the secret half of that Spaces key" }),
});

/** Names of the answers that nobody may look at. */
export const credentials = ["digitaloceanToken", "cloudflareToken", "spacesAccessId", "spacesSecretKey"] as const;

/** Text of the question for each answer. */
export const questions = {
  domain: "Domain of the network, the right side of every JID (example.org)",
  contact: "Mail address for abuse reports and the certificate authority",
  region: "DigitalOcean region (fra1, ams3, nyc3, …)",
  sshNetworks: "Networks that may use SSH, in CIDR notation with commas between; this machine must be in one",
  digitaloceanToken:
    "DigitalOcean API token (all scopes of droplets, volumes, firewalls, VPCs, tags, SSH keys, Spaces keys, reserved IPs)",
  cloudflareToken: "Cloudflare API token (Zone: Read, DNS: Edit, API Tokens: Edit)",
  spacesAccessId:
    "Id of a Spaces access key, for the backups' bucket (DigitalOcean: Spaces Object Storage → Access Keys → Full Access)",
  spacesSecretKey: "Secret key that was shown with it",
} as const satisfies Record<keyof Answers, string>;

/** Checks all answers together. Throws one Error with a line for each that will not do. */
export function checkAnswers(answers: Readonly<Record<string, unknown>>): Answers {
  const parsed = answersSchema.safeParse(answers);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = issue.path.map(String).join(".");
    return `  ${name}: ${answers[String(issue.path[0])] === undefined ? "missing" : issue.message}`;
  });
  throw new Error(["these answers will not do:", ...lines].join("\n"));
}

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
    .filter(({ address, internal }) => !internal && !privateAddress.test(address))
    .map(({ address, family }) => (family === "IPv4" ? `${address}/32` : `${address}/128`));
}

// RFC 1918, RFC 6598, link-local and unique local addresses.
const privateAddress =
  /^(10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|fe80:|f[cd][0-9a-f]{2}:)/i;
