import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";
import type { RawConfig } from "../settings/secret-problems.ts";
import { secretSettingNames, stackSecretNames } from "../settings/secrets.ts";

/** Key pairs of {@link goodConfig}. */
export const pairs = {
  provisioning: generateOpenSshKeyPair("provisioning"),
  firstContact: generateOpenSshKeyPair("first-contact"),
};
const privateKeys: ReadonlyMap<string, string> = new Map([
  ["provisioningPrivateKey", pairs.provisioning.privateKey],
  ["firstContactPrivateKey", pairs.firstContact.privateKey],
]);

/** Makes a configuration that is accepted, with some values changed; an undefined one is left out. */
export function goodConfig(changes: Readonly<Record<string, string | undefined>> = {}): RawConfig {
  const values: Record<string, string | undefined> = {
    "imera:domain": "example.org",
    "imera:contact": "ops@imera.chat",
    "imera:region": "fra1",
    "imera:sshNetworks": '["203.0.113.7/32", "2001:db8:7::/48"]',
    "imera:provisioningPublicKey": pairs.provisioning.publicKey,
    "imera:firstContactPublicKey": pairs.firstContact.publicKey,
    ...Object.fromEntries(stackSecretNames.map((name) => [`imera:${name}`, goodSecret(name)])),
    "digitalocean:token": secretOf("digitaloceanToken"),
    "cloudflare:apiToken": secretOf("cloudflareToken"),
    "digitalocean:spacesAccessId": "DO00TESTTESTTESTTEST",
    "digitalocean:spacesSecretKey": secretOf("spacesSecretKey"),
    ...changes,
  };
  const entries = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    stack: "prod",
    values: Object.fromEntries(entries),
    secretNames: new Set([
      ...[...secretSettingNames, "alarms"].map((name) => `imera:${name}`),
      "digitalocean:token",
      "cloudflare:apiToken",
      "digitalocean:spacesSecretKey",
    ]),
  };
}

/** Settings of a stack that uses a bucket that exists. */
export const existingBucket = {
  "imera:backupBucket": "backups-of-old",
  "imera:backupRegion": "ams3",
  "imera:backupAccessKey": secretOf("backupAccessKey"),
  "imera:backupSecretKey": secretOf("backupSecretKey"),
};

/** Gives the value that {@link goodConfig} has for a secret; {@link secretOf} is in it, on one line. */
export function goodSecret(name: string): string {
  return privateKeys.get(name) ?? secretOf(name);
}

/** Gives the text of a secret in {@link goodConfig} that is easy to find where it must not be. */
export function secretOf(name: string): string {
  // The line of a private key that has its private half.
  return privateKeys.get(name)?.split("\n")[3] ?? `${name}IsNeverSeen0123456789`;
}
