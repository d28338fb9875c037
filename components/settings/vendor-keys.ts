import { isEmpty, setSecret, type RawConfig } from "./secret-problems.ts";

/** Token or key for a vendor's API, which the program's plugins read from the stack's file or from the environment. */
interface VendorKey {
  /** Full name of the setting, which wins over the environment. */
  readonly setting: string;
  /** Variables of the environment, the usual one first. */
  readonly variables: readonly [string, ...string[]];
  /** Use and origin, to stand after "not set;". */
  readonly origin: string;
  /** Values that must not stand in plain text. */
  readonly isSecret: boolean;
}

const spacesOrigin =
  "It is half of the key pair that makes the bucket for backups. DigitalOcean's control panel makes a pair under Spaces Object Storage, " +
  "Access Keys, with full access";

/** Tokens and keys for the vendors' APIs, by the answer that `npm run stack -- new` takes. */
export const vendorKeys = {
  digitaloceanToken: {
    setting: "digitalocean:token",
    variables: ["DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"],
    origin: "DigitalOcean's control panel makes one under API, Tokens (dop_v1_…)",
    isSecret: true,
  },
  cloudflareToken: {
    setting: "cloudflare:apiToken",
    variables: ["CLOUDFLARE_API_TOKEN"],
    origin: "Cloudflare's dashboard makes one under My Profile, API Tokens",
    isSecret: true,
  },
  spacesAccessId: {
    setting: "digitalocean:spacesAccessId",
    variables: ["SPACES_ACCESS_KEY_ID"],
    origin: spacesOrigin,
    isSecret: false,
  },
  spacesSecretKey: {
    setting: "digitalocean:spacesSecretKey",
    variables: ["SPACES_SECRET_ACCESS_KEY"],
    origin: spacesOrigin,
    isSecret: true,
  },
} as const satisfies Readonly<Record<string, VendorKey>>;

/** Name of a token or key for a vendor's API. */
export type VendorKeyName = keyof typeof vendorKeys;

/** Environment to look in for keys: that of the process, unless a test has one of its own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Problems with the tokens for the vendors' APIs, a line each: in neither the stack's file nor the environment, or in the file in
 * plain text. No line shows one.
 */
export function vendorKeyProblems(config: RawConfig, environment: Environment = process.env): string[] {
  const wanted = config.values["imera:purpose"] === "drill" ? [] : (["digitaloceanToken", "cloudflareToken"] as const);
  const missing = wanted.filter((name) => !isThere(vendorKeys[name], config.values, environment));
  const open = Object.values(vendorKeys).filter(
    ({ setting, isSecret }) => isSecret && !isEmpty(config.values[setting]) && !config.secretNames.has(setting),
  );
  return [
    ...missing.map((name) => notSet(vendorKeys[name], config)),
    ...open.map(
      ({ setting, variables: [variable] }) =>
        `${setting}: stands in plain text; revoke it, take another, and leave that in the environment (${variable}) or set it with ` +
        setSecret(setting, config),
    ),
  ];
}

/**
 * Problems with the key pair that makes the bucket, a line for each half that is in neither the stack's file nor the environment.
 * None where `backupBucket` names a bucket that exists.
 */
export function bucketMakerProblems(config: RawConfig, environment: Environment = process.env): string[] {
  if (!isEmpty(config.values["imera:backupBucket"])) return [];
  return [vendorKeys.spacesAccessId, vendorKeys.spacesSecretKey]
    .filter((key) => !isThere(key, config.values, environment))
    .map((key) => notSet(key, config));
}

function isThere({ setting, variables }: VendorKey, values: RawConfig["values"], environment: Environment): boolean {
  return !isEmpty(values[setting]) || fromEnvironment({ variables }, environment) !== undefined;
}

/** Finds a token or key in the environment. Undefined where none of its variables has one. */
export function fromEnvironment(
  { variables }: Pick<VendorKey, "variables">,
  environment: Environment = process.env,
): string | undefined {
  return variables.map((variable) => environment[variable]).find((value) => !isEmpty(value));
}

function notSet({ setting, variables: [variable], origin }: VendorKey, config: RawConfig): string {
  return `${setting}: not set; export ${variable}=…, or keep it in the stack's file: ${setSecret(setting, config)}. ${origin}`;
}
