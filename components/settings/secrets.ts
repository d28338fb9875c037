import { bucketKeySettings, secretSettings } from "./schema.ts";

/** What the engine hands over: every setting as text, and which of them stand encrypted in the stack's file. */
export interface RawConfig {
  /** By full name, such as `imera:domain`. */
  readonly values: Readonly<Record<string, string>>;
  readonly secretNames: ReadonlySet<string>;
}

type OwnValues = Readonly<Record<string, string>>;

/** Whether that setting stands encrypted in the stack's file. */
export function isSecretSetting(name: string): boolean {
  return name in secretSettings || name in bucketKeySettings;
}

/**
 * What is wrong with the secrets that every stack has, a line each. `own` is by name without `imera:`, `secretNames` has the
 * full names of what stands encrypted. No line shows a secret.
 */
export function secretProblems(own: OwnValues, secretNames: ReadonlySet<string>): string[] {
  return Object.keys(secretSettings).flatMap((key) => {
    if (isEmpty(own[key])) return [`imera:${key}: not set; ${howToMake(key)}`];
    if (!secretNames.has(`imera:${key}`)) return [inPlainText(key)];
    if (key === "erlangCookie" && !/^[A-Za-z0-9]{20,255}$/.test(own[key] ?? "")) {
      return [`imera:${key}: expected 20 to 255 letters and digits`];
    }
    if (key === "backupPassphrase" && !/^[!#-&(-[\]-~]{20,255}$/.test(own[key] ?? "")) {
      return [`imera:${key}: expected 20 to 255 characters of ASCII without spaces, quotes and backslashes`];
    }
    return [];
  });
}

/** The same for the key pair of `backupBucket`, which is there where the bucket is named and nowhere else. */
export function bucketKeyProblems(own: OwnValues, secretNames: ReadonlySet<string>): string[] {
  const hasBucket = !isEmpty(own["backupBucket"]);
  return Object.keys(bucketKeySettings).flatMap((key) => {
    if (isEmpty(own[key])) {
      return hasBucket ? [`imera:${key}: not set; backupBucket needs its key pair: ${setSecret(`imera:${key}`)}`] : [];
    }
    if (!hasBucket) return [`imera:${key}: has no effect without backupBucket`];
    return secretNames.has(`imera:${key}`) ? [] : [inPlainText(key)];
  });
}

/**
 * What is wrong with the provider's key pair, which makes the bucket where `backupBucket` names none. The provider itself also
 * reads it from the environment.
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

function inPlainText(key: string): string {
  return `imera:${key}: stands in plain text; set another value with pulumi config set --secret`;
}

/** Those that came later have to be added to a stack that is older. */
function howToMake(key: string): string {
  const made = "npm run stack -- new makes it";
  return key === "backupPassphrase" || key === "canaryPassword"
    ? `${made}; for a stack that exists: openssl rand -hex 20 | pulumi config set --secret imera:${key}`
    : made;
}

function setSecret(name: string): string {
  return `pulumi config set --secret ${name}`;
}

function isEmpty(value: string | undefined): boolean {
  return value === undefined || value === "";
}
