import type { Purpose } from "../model/node-facts.ts";

/** Secret of a network: what it is, what it may look like, and where it is needed. */
export interface Secret {
  /** Purpose in one or two sentences, for docs/configuration.md. */
  readonly description: string;
  /**
   * Regular expression for the whole value, as source text without anchors and flags. The node's Python reads it too, so it
   * has only what both languages read alike: ASCII characters, classes, repetition. No `.`, `$`, `\d`, `\w` or `\s`.
   */
  readonly pattern: string;
  /** {@link pattern} in words, to stand after "expected". */
  readonly form: string;
  /**
   * `required`: a setting of every stack. `optional`: a setting that may be left out. `with backupBucket`: a setting then, refused
   * otherwise. `none`: the program makes it.
   */
  readonly setting: "required" | "optional" | "with backupBucket" | "none";
  /** Nodes that receive it: all, all but those of a drill, or none. */
  readonly node: "always" | "not in a drill" | "never";
  /** Recipe for `npm run stack -- new`: a number of random characters, or a key pair; undefined where others make the value. */
  readonly recipe?: { readonly characters: number } | KeyPairRecipe;
}

/** Key pair whose private half is a secret. */
export interface KeyPairRecipe {
  /** Setting that holds the public half. */
  readonly publicKey: "provisioningPublicKey" | "firstContactPublicKey";
  /** Comment of the public key, without spaces. */
  readonly comment: string;
}

// Fit to stand unquoted in YAML, INI and environment files, and between quotes in SQL, Erlang and shell.
const printable = {
  pattern: String.raw`[!#-&(-\[\]-~]{1,255}`,
  form: "1 to 255 characters of ASCII without spaces, quotes and backslashes",
};
// ejabberd replaces `@NAME@` in its configuration, the values of macros included.
const macroValue = {
  pattern: String.raw`[!#-&(-?A-\[\]-~]{1,255}`,
  form: "1 to 255 characters of ASCII without spaces, quotes, backslashes and @",
};
const privateKey = {
  pattern: String.raw`-----BEGIN OPENSSH PRIVATE KEY-----\n[A-Za-z0-9+/=\n]+\n-----END OPENSSH PRIVATE KEY-----\n?`,
  form: "an OpenSSH private key, from its BEGIN line to its END line",
};

/** Every secret of a network, by name. What handles secrets on either side maps over this table. */
export const secrets = {
  provisioningPrivateKey: {
    description: "OpenSSH private key (ed25519) that the program configures nodes with.",
    ...privateKey,
    setting: "required",
    node: "never",
    recipe: { publicKey: "provisioningPublicKey", comment: "imera-provisioning" },
  },
  firstContactPrivateKey: {
    description: "Throw-away OpenSSH host key (ed25519) that vouches for a new node until it has been configured.",
    ...privateKey,
    setting: "required",
    // It travels in user data, not among the node's secrets.
    node: "never",
    recipe: { publicKey: "firstContactPublicKey", comment: "imera-first-contact" },
  },
  databasePassword: {
    description: "Password of ejabberd's database user.",
    ...macroValue,
    setting: "required",
    node: "always",
    recipe: { characters: 40 },
  },
  erlangCookie: {
    description: "Erlang cookie of the nodes: letters and digits.",
    pattern: "[A-Za-z0-9]{20,255}",
    form: "20 to 255 letters and digits",
    setting: "required",
    node: "always",
    recipe: { characters: 40 },
  },
  adminPassword: {
    description:
      "First password of the administrator's account. Changed there: the setting does nothing once the account is made.",
    ...printable,
    setting: "required",
    node: "not in a drill",
    recipe: { characters: 20 },
  },
  turnSecret: {
    description: "Secret that the credentials for relayed calls are derived from.",
    ...macroValue,
    setting: "required",
    node: "always",
    recipe: { characters: 40 },
  },
  backupPassphrase: {
    description: "Passphrase that all backups are encrypted with. Keep a copy elsewhere: without it they are lost.",
    pattern: String.raw`[!#-&(-\[\]-~]{20,255}`,
    form: "20 to 255 characters of ASCII without spaces, quotes and backslashes",
    setting: "required",
    node: "always",
    recipe: { characters: 40 },
  },
  canaryPassword: {
    description: "Password of the account that drills and rebuilds log in with.",
    ...printable,
    setting: "required",
    node: "not in a drill",
    recipe: { characters: 40 },
  },
  watchPassword: {
    description: "Password of the account that watchers log in with.",
    ...printable,
    setting: "required",
    node: "not in a drill",
    recipe: { characters: 40 },
  },
  deadManSwitch: {
    description:
      "Address of a dead man's switch in the form of healthchecks.io, with a ping key and without a slug. Watchers, backups, renewals of " +
      "the certificate and drills ping it; it alarms when they fall silent. Optional.",
    pattern: "https://[A-Za-z0-9._~:/%-]{3,400}",
    form: "an https URL without a query, such as https://hc-ping.com/PINGKEY",
    setting: "optional",
    // It travels in watchSecrets.
    node: "never",
  },
  backupAccessKey: {
    description: "Access key of an S3 key pair that may use backupBucket.",
    ...printable,
    setting: "with backupBucket",
    node: "always",
  },
  backupSecretKey: {
    description: "Secret key of that pair.",
    ...printable,
    setting: "with backupBucket",
    node: "always",
  },
  cloudflareToken: {
    description: "Cloudflare API token that certbot edits the zone's records with.",
    // certbot reads it from an INI file in which `#` and `,` have a meaning. RFC 6750, section 2.1.
    pattern: "[A-Za-z0-9._~+/-]{1,254}=*",
    form: "a bearer token (RFC 6750)",
    setting: "none",
    node: "not in a drill",
  },
  watchSecrets: {
    description:
      "Secrets of the watcher, as JSON in ASCII: /etc/imera/watch-secrets.json. Empty where nobody is alarmed.",
    pattern: "[ -~]{0,65536}",
    form: "a document in JSON, or nothing",
    setting: "none",
    node: "not in a drill",
  },
} as const satisfies Readonly<Record<string, Secret>>;

/** Name of a secret. */
export type SecretName = keyof typeof secrets;

/** Name of a secret that every stack has as a setting. */
export type StackSecretName = NameWith<"required">;

/** Name of a secret that is a setting which may be left out. */
export type OptionalSecretName = NameWith<"optional">;

/** Name of a secret that is a setting where `backupBucket` is set. */
export type BucketSecretName = NameWith<"with backupBucket">;

type NameWith<Setting extends Secret["setting"]> = {
  [Name in SecretName]: (typeof secrets)[Name]["setting"] extends Setting ? Name : never;
}[SecretName];

/** Names of the secrets that every stack has as settings. */
export const stackSecretNames = namesWhere((name): name is StackSecretName => secrets[name].setting === "required");

/** Names of the secrets that are settings where `backupBucket` is set. */
export const bucketSecretNames = namesWhere(
  (name): name is BucketSecretName => secrets[name].setting === "with backupBucket",
);

/** Names of the secrets that are settings which may be left out. */
export const optionalSecretNames = namesWhere(
  (name): name is OptionalSecretName => secrets[name].setting === "optional",
);

/** Names of all secrets that are settings. */
export const secretSettingNames = [...stackSecretNames, ...optionalSecretNames, ...bucketSecretNames] as const;

/** Tells whether the whole value has the secret's form. */
export function hasForm({ pattern }: Pick<Secret, "pattern">, value: string): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value);
}

/** Makes a record with one value for each secret that every stack has. */
export function forEachStackSecret<Value>(
  make: (name: StackSecretName) => Value,
): Readonly<Record<StackSecretName, Value>> {
  // Object.fromEntries forgets the names.
  return Object.fromEntries(stackSecretNames.map((name) => [name, make(name)])) as Record<StackSecretName, Value>;
}

/** Name of a secret that some nodes receive. */
export type NodeSecretName = {
  [Name in SecretName]: (typeof secrets)[Name]["node"] extends "never" ? never : Name;
}[SecretName];

/** Names of the secrets that a node of that purpose receives: these and no other. */
export function nodeSecretNames(purpose: Purpose): readonly NodeSecretName[] {
  return namesWhere((name): name is NodeSecretName => {
    const { node } = secrets[name];
    return node === "always" || (node === "not in a drill" && purpose === "serve");
  });
}

/** Patterns of the secrets that a node of that purpose receives, by name. */
export function nodeSecretPatterns(purpose: Purpose): Readonly<Record<string, string>> {
  return Object.fromEntries(nodeSecretNames(purpose).map((name) => [name, secrets[name].pattern]));
}

function namesWhere<Name extends SecretName>(isWanted: (name: SecretName) => name is Name): readonly Name[] {
  // Object.keys forgets the names.
  return (Object.keys(secrets) as SecretName[]).filter(isWanted);
}
