import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { settingsSchema } from "./schema.ts";
import { type RawConfig, spacesKeyProblems } from "./secret-problems.ts";
import { secrets, secretSettingNames, stackSecretNames, type Secret } from "./secrets.ts";
import { readSettings } from "./settings.ts";
import { existingBucket, goodConfig } from "../testing/good-config.ts";

const isOurs = (name: string): boolean => name.startsWith("imera:");

describe("readSettings", () => {
  it("takes a stack that sets only what has no default", () => {
    const settings = readSettings(goodConfig());
    expect(settings).toMatchObject({
      domain: "example.org",
      nodes: ["xmpp1"],
      sshNetworks: ["203.0.113.7/32", "2001:db8:7::/48"],
      volumeSizeGiB: 10,
      protectData: true,
      cloudflareApiUrl: undefined,
    });
  });

  it("keeps every secret a secret", async () => {
    const { secrets } = readSettings(goodConfig());
    for (const secret of Object.values(secrets)) expect(await pulumi.isSecret(secret)).toBe(true);
  });

  it("reads numbers, lists and flags from the text that the engine passes", () => {
    const settings = readSettings(goodConfig({ "imera:volumeSizeGiB": "50", "imera:reservedIp": "true" }));
    expect(settings).toMatchObject({ volumeSizeGiB: 50, reservedIp: true });
  });

  it("reads where the DNS provider's API is", () => {
    const { cloudflareApiUrl } = readSettings(goodConfig({ "cloudflare:baseUrl": "http://10.0.0.1/" }));
    expect(cloudflareApiUrl).toBe("http://10.0.0.1/");
  });

  it.each([
    ["imera:colour", "red", "imera:colour: there is no such setting"],
    ["imera:domain", undefined, "imera:domain: not set, and it has no default"],
    ["imera:domain", "Example.org", "imera:domain: expected a host name"],
    ["imera:domain", "localhost", "imera:domain: expected a host name"],
    ["imera:contact", "nobody", "imera:contact: expected a mail address"],
    ["imera:region", "Frankfurt", "imera:region: expected the slug"],
    ["imera:sshNetworks", undefined, "imera:sshNetworks: nobody could configure a node; set"],
    ["imera:sshNetworks", "203.0.113.7", "imera:sshNetworks: Invalid input: expected array"],
    ["imera:sshNetworks", '["203.0.113.0/33"]', "imera:sshNetworks[0]: expected a network in CIDR notation"],
    ["imera:sshNetworks", '["203.0.113.7/32", "0.0.0.0/0"]', "imera:sshNetworks[1]: would let everyone try to log in"],
    ["imera:zone", "example.com", "imera:zone: example.org is not in the zone example.com"],
    ["imera:nodes", "[]", "imera:nodes: Too small"],
    ["imera:nodes", '["xmpp1", "xmpp2"]', "imera:nodes: this version builds one node"],
    ["imera:nodes", '["upload"]', "imera:nodes: upload is the name of a service of the domain"],
    ["imera:volumeSizeGiB", "ten", "imera:volumeSizeGiB: Invalid input: expected number"],
    ["imera:volumeSizeGiB", "1.5", "imera:volumeSizeGiB: Invalid input: expected int"],
    ["imera:reservedIp", "yes", "imera:reservedIp: Invalid input: expected boolean"],
    ["imera:turnRelayLastPort", "49153", "imera:turnRelayLastPort: at least 16 ports are needed"],
    ["imera:turnRelayFirstPort", "5000", "imera:turnRelayFirstPort: 5000 to 49407 contain port 5222 of c2s"],
    ["imera:acmeDirectoryUrl", "http://ca.example/dir", "imera:acmeDirectoryUrl: expected an https URL"],
    ["imera:acmeDirectoryUrl", "https://ca.example/dir", "imera:caaIssuer: letsencrypt.org would keep ca.example"],
    ["imera:uploadMaxFileMiB", "2000", "imera:uploadMaxFileMiB: is more than uploadQuotaMiB"],
    ["imera:region", "mar1", "imera:backupRegion: no region near mar1 is known to have Spaces; set one: ams3, "],
    ["imera:backupRegion", "nyc1", "imera:backupRegion: nyc1 has no Spaces; these do: ams3, "],
    ["imera:backupKeepDays", "6", "imera:backupKeepDays: Too small"],
    ["imera:backupHour", "24", "imera:backupHour: Too big"],
    ["imera:recovery", "guess", "imera:recovery: Invalid option"],
    ["imera:recoveryTime", "yesterday", "imera:recoveryTime: expected a time in UTC, such as"],
    ["imera:recoveryTime", "2026-01-02T03:04:05+01:00", "imera:recoveryTime: expected a time in UTC, such as"],
    ["imera:recoveryTime", "2026-02-31T03:04:05Z", "imera:recoveryTime: there is no such time"],
    ["imera:recoveryTime", "2999-01-02T03:04:05Z", "imera:recoveryTime: has not come yet"],
    ["imera:purpose", "test", "imera:purpose: Invalid option"],
    ["imera:purpose", "drill", "imera:backupBucket: a drill restores from an existing bucket, so name one"],
    ["imera:backupBucket", "Backups", "imera:backupBucket: expected the name of a bucket"],
    ["imera:backupBucket", "backups", "imera:backupRegion: say which region backupBucket is in"],
    ["imera:backupBucket", "backups", "imera:backupAccessKey: not set; backupBucket needs its key pair"],
    ["imera:backupBucket", "backups", "imera:backupSecretKey: not set; backupBucket needs its key pair"],
    ["imera:backupAccessKey", "K", "imera:backupAccessKey: has no effect without backupBucket"],
    ["imera:backupEndpoint", "https://ams3.example/", "imera:backupEndpoint: expected a host name"],
    [
      "imera:backupPassphrase",
      undefined,
      "imera:backupPassphrase: not set; npm run stack -- new makes it; for a stack",
    ],
    ["imera:backupPassphrase", 'a "quoted" passphrase', "imera:backupPassphrase: expected 20 to 255 characters"],
    ["imera:adminPassword", undefined, "imera:adminPassword: not set; npm run stack -- new makes it"],
    ["imera:adminPassword", "", "imera:adminPassword: not set; npm run stack -- new makes it"],
    ["imera:adminPassword", "it's a secret", "imera:adminPassword: expected 1 to 255 characters of ASCII without"],
    ["imera:databasePassword", "p\\w", "imera:databasePassword: expected 1 to 255 characters of ASCII without"],
    ["imera:canaryPassword", "\u00fc", "imera:canaryPassword: expected 1 to 255 characters of ASCII without"],
    ["imera:turnSecret", "a@HOST@", "imera:turnSecret: expected 1 to 255 characters of ASCII without"],
    ["imera:erlangCookie", "not a cookie", "imera:erlangCookie: expected 20 to 255 letters and digits"],
    ["imera:erlangCookie", "seventeenLetters0", "imera:erlangCookie: expected 20 to 255 letters and digits"],
    [
      "imera:provisioningPrivateKey",
      "ssh-ed25519 AAAA",
      "imera:provisioningPrivateKey: expected an OpenSSH private key",
    ],
    ["imera:provisioningPublicKey", undefined, "imera:provisioningPublicKey: not set; npm run stack -- new makes it"],
  ])("refuses %s = %s", (name, value, line) => {
    expect(refusal(goodConfig({ [name]: value }))).toContain(`\n  ${line}`);
  });

  it("asks for the key pair that makes the bucket, in one line that says how to get and set it", () => {
    const missing = { "digitalocean:spacesAccessId": undefined, "digitalocean:spacesSecretKey": undefined };
    const lines = refusal(goodConfig(missing)).split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(
      /spacesAccessId and digitalocean:spacesSecretKey: not set; .* Access Keys, with full access/,
    );
    expect(lines[1]).toContain("pulumi config set --secret digitalocean:spacesSecretKey");
    expect(() => readSettings(goodConfig({ ...missing, ...existingBucket }))).not.toThrow();
  });

  it("takes that key pair from the environment, as the provider does", () => {
    const environment = { SPACES_ACCESS_KEY_ID: "DO00TEST", SPACES_SECRET_ACCESS_KEY: "secret" };
    const raw = { values: {}, secretNames: new Set<string>() };
    expect(spacesKeyProblems(raw, "", environment)).toEqual([]);
    expect(spacesKeyProblems(raw, "", {})).toHaveLength(1);
  });

  it("refuses the secret half of that pair in plain text", () => {
    const config = goodConfig();
    const message = refusal({ ...config, secretNames: new Set([...config.secretNames].filter(isOurs)) });
    expect(message).toContain("digitalocean:spacesSecretKey: stands in plain text");
    expect(message).not.toContain(config.values["digitalocean:spacesSecretKey"]);
  });

  it("takes a bucket that exists, wherever it is", () => {
    const elsewhere = { "imera:backupEndpoint": "s3.example.com", "imera:backupRegion": "eu-west-1" };
    expect(readSettings(goodConfig({ ...existingBucket, ...elsewhere }))).toMatchObject({
      backupBucket: "backups-of-old",
      backupRegion: "eu-west-1",
    });
  });

  it("refuses a time to recover to where nothing is restored", () => {
    const message = refusal(goodConfig({ "imera:recovery": "volume", "imera:recoveryTime": "2026-01-02T03:04:05Z" }));
    expect(message).toContain("\n  imera:recoveryTime: has no effect where recovery is volume");
  });

  it("refuses a bucket's key in plain text", () => {
    const config = goodConfig(existingBucket);
    const names = new Set([...config.secretNames].filter((name) => name !== "imera:backupSecretKey"));
    expect(refusal({ ...config, secretNames: names })).toContain("imera:backupSecretKey: stands in plain text");
  });

  it("refuses a secret of the wrong form, without showing it", () => {
    for (const name of stackSecretNames) {
      expect(refusal(goodConfig({ [`imera:${name}`]: "wrong'form" })), name).not.toContain("wrong'form");
    }
    const key = { ...existingBucket, "imera:backupSecretKey": "wrong'form" };
    const message = refusal(goodConfig(key));
    expect(message).toContain("imera:backupSecretKey: expected 1 to 255 characters");
    expect(message).not.toContain("wrong'form");
  });

  it("refuses a secret in plain text, without showing it", () => {
    const config = goodConfig();
    const names = new Set([...config.secretNames].filter((name) => name !== "imera:turnSecret"));
    const message = refusal({ ...config, secretNames: names });
    expect(message).toContain("imera:turnSecret: stands in plain text");
    expect(message).not.toContain(config.values["imera:turnSecret"]);
  });

  it("refuses everything at once: unknown, missing, malformed, contradictory", () => {
    const message = refusal(
      goodConfig({
        "imera:colour": "red",
        "imera:contact": undefined,
        "imera:region": "nowhere",
        "imera:zone": "example.com",
        "imera:databasePassword": undefined,
      }),
    );
    for (const name of ["colour", "contact", "region", "zone", "databasePassword"]) {
      expect(message).toContain(`\n  imera:${name}: `);
    }
    expect(message.split("\n")).toHaveLength(6);
  });
});

describe("Pulumi.yaml", () => {
  const declared = declaredSettings();
  const schema = z.toJSONSchema(settingsSchema);

  it("declares the settings that there are, and no other", () => {
    const known = [...Object.keys(settingsSchema.shape), ...secretSettingNames];
    expect(Object.keys(declared).sort()).toEqual(known.sort());
  });

  it.each(Object.entries(schema.properties ?? {}))("declares %s as the schema has it", (key, property) => {
    if (typeof property === "boolean") throw new Error(`${key}: has no schema`);
    const ours = declared[key];
    expect(ours?.type).toBe(property.type);
    expect(ours?.description).toBe(property.description);
    const fallback = property.default ?? (key.endsWith("PublicKey") ? "" : undefined);
    expect(ours?.default).toEqual(fallback);
  });

  it.each(secretSettingNames)("declares %s as the table of secrets has it", (name) => {
    const { description, recipe }: Secret = secrets[name];
    const origin = recipe === undefined ? "Encrypted." : "Encrypted; made by `npm run stack -- new`.";
    expect(declared[name]).toEqual({ type: "string", description: `${description} ${origin}`, default: "" });
  });

  it("asks for three settings", () => {
    const asked = Object.entries(declared).filter(([, { default: fallback }]) => fallback === undefined);
    expect(asked.map(([key]) => key)).toEqual(["domain", "contact", "region"]);
  });

  it("has an example for each setting that the schema accepts", () => {
    for (const [key, property] of Object.entries(settingsSchema.shape)) {
      if (key.endsWith("PublicKey")) continue;
      const { example } = z.object({ example: z.unknown() }).parse(property.meta());
      expect(property.safeParse(example).success, key).toBe(true);
    }
  });
});

describe.each(["Pulumi.prod.yaml", "Pulumi.local.yaml"])("%s", (file) => {
  it("needs nothing but the secrets, tokens and what differs from run to run", () => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
    const { config } = z.object({ config: z.record(z.string(), z.unknown()) }).parse(parse(text));
    const values = Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
    );
    expect(() => readSettings(goodConfig(values))).not.toThrow();
    expect(text).not.toContain("secure:");
  });
});

function refusal(config: RawConfig): string {
  try {
    readSettings(config);
  } catch (error) {
    expect(error).toBeInstanceOf(pulumi.RunError);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("the settings were accepted");
}

function declaredSettings() {
  const text = readFileSync(new URL("../../Pulumi.yaml", import.meta.url), "utf8");
  const declaration = z.object({ type: z.string(), description: z.string(), default: z.unknown().optional() });
  return z.object({ config: z.record(z.string(), declaration) }).parse(parse(text)).config;
}
