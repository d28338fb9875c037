import { bucketSecretNames, hasForm, secrets, stackSecretNames, type Secret, type SecretName } from "./secrets.ts";

/** Configuration of a stack as the engine hands it over. */
export interface RawConfig {
  /** Settings as text, by full name such as `imera:domain`. */
  readonly values: Readonly<Record<string, string>>;
  /** Full names of the settings that stand encrypted in the stack's file. */
  readonly secretNames: ReadonlySet<string>;
}

type OwnValues = Readonly<Record<string, string>>;

/**
 * Problems with the secrets that every stack has: missing, in plain text, or of the wrong form, a line each. `own` is by name
 * without `imera:`, `secretNames` has the full names of the encrypted settings. No line shows a secret.
 */
export function secretProblems(own: OwnValues, secretNames: ReadonlySet<string>): string[] {
  return stackSecretNames.flatMap((name) => {
    const value = own[name];
    return isEmpty(value) ? [`imera:${name}: not set; ${howToMake(name)}`] : valueProblems(name, value, secretNames);
  });
}

/**
 * Problems with backupAccessKey and backupSecretKey, a line each: required when backupBucket is set, refused otherwise. No line
 * shows a secret.
 */
export function bucketKeyProblems(own: OwnValues, secretNames: ReadonlySet<string>): string[] {
  const hasBucket = !isEmpty(own["backupBucket"]);
  return bucketSecretNames.flatMap((name) => {
    const value = own[name];
    if (isEmpty(value)) {
      return hasBucket
        ? [`imera:${name}: not set; backupBucket needs its key pair: ${setSecret(`imera:${name}`)}`]
        : [];
    }
    return hasBucket ? valueProblems(name, value, secretNames) : [`imera:${name}: has no effect without backupBucket`];
  });
}

function valueProblems(name: SecretName, value: string, secretNames: ReadonlySet<string>): string[] {
  if (!secretNames.has(`imera:${name}`)) {
    return [`imera:${name}: stands in plain text; set another value with ${setSecret(`imera:${name}`)}`];
  }
  return hasForm(secrets[name], value) ? [] : [`imera:${name}: expected ${secrets[name].form}`];
}

/**
 * Problems with digitalocean:spacesAccessId and digitalocean:spacesSecretKey, which make the bucket where `backupBucket` names
 * none. The provider also reads them from the environment.
 */
export function spacesKeyProblems(
  { values, secretNames }: RawConfig,
  bucket: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string[] {
  if (!isEmpty(bucket)) return [];
  const missing = Object.entries(spacesKeys).filter(
    ([name, variable]) => isEmpty(values[name]) && isEmpty(environment[variable]),
  );
  if (missing.length > 0) {
    return [
      `${missing.map(([name]) => name).join(" and ")}: not set; they make the bucket for backups. DigitalOcean's control panel makes ` +
        "a pair under Spaces Object Storage, Access Keys, with full access; then " +
        missing.map(([name]) => setSecret(name)).join(" and "),
    ];
  }
  const secret = "digitalocean:spacesSecretKey";
  return isEmpty(values[secret]) || secretNames.has(secret)
    ? []
    : [`${secret}: stands in plain text; make another key and set it with ${setSecret(secret)}`];
}

const spacesKeys = {
  "digitalocean:spacesAccessId": "SPACES_ACCESS_KEY_ID",
  "digitalocean:spacesSecretKey": "SPACES_SECRET_ACCESS_KEY",
};

/** A random one can also be added by hand to a stack that is older than the setting. */
function howToMake(name: SecretName): string {
  const { recipe }: Secret = secrets[name];
  const made = "npm run stack -- new makes it";
  return recipe !== undefined && "characters" in recipe
    ? `${made}; for a stack that exists: openssl rand -hex 20 | ${setSecret(`imera:${name}`)}`
    : made;
}

function setSecret(name: string): string {
  return `pulumi config set --secret ${name}`;
}

function isEmpty(value: string | undefined): value is undefined | "" {
  return value === undefined || value === "";
}
