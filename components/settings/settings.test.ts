import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { RawConfig } from "./secret-problems.ts";
import { stackSecretNames } from "./secrets.ts";
import { readSettings } from "./settings.ts";
import { existingBucket, goodConfig, secretOf } from "../testing/good-config.ts";
import { mockEngine } from "../testing/mocks.ts";

const isOurs = (name: string): boolean => name.startsWith("imera:");

describe("readSettings", () => {
  afterEach(async () => {
    vi.unstubAllEnvs();
    await mockEngine();
  });

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
    ["imera:sshNetworks", '["0.0.0.0/1"]', "imera:sshNetworks[0]: would let a large part of the Internet"],
    ["imera:sshNetworks", '["::/3"]', "imera:sshNetworks[0]: would let a large part of the Internet"],
    ["imera:sshNetworks", "203.0.113.7", 'imera:sshNetworks: expected a list, such as ["203.0.113.7/32"'],
    ["imera:sshNetworks", '["203.0.113.0/33"]', "imera:sshNetworks[0]: expected a network in CIDR notation"],
    ["imera:sshNetworks", '["203.0.113.7/32", "0.0.0.0/0"]', "imera:sshNetworks[1]: would let everyone try to log in"],
    ["imera:domain", "xn--mnchen-3ya.test", "imera:domain: expected a host name of ASCII letters"],
    ["imera:domain", `example.${"t".repeat(70)}`, "imera:domain: expected a host name whose labels have at most 63"],
    ["imera:zone", "xn--mnchen-3ya.test", "imera:zone: expected a host name of ASCII letters"],
    ["imera:zone", "Example.org", "imera:zone: expected a host name in lower case"],
    ["imera:zone", "org", "imera:zone: expected a host name in lower case with at least two labels"],
    ["imera:backupEndpoint", `${"e".repeat(64)}.example`, "imera:backupEndpoint: expected a host name"],
    ["imera:zone", "example.com", "imera:zone: example.org is not in the zone example.com"],
    ["imera:nodes", "[]", "imera:nodes: expected at least 1 of these"],
    ["imera:nodes", '["xmpp1", "xmpp2"]', "imera:nodes: this version builds one node"],
    ["imera:nodes", '["upload"]', "imera:nodes: upload is the name of a service of the domain"],
    ["imera:nodes", '["www"]', "imera:nodes: www.example.org is what others take for another server"],
    ["imera:nodes", '["mail"]', "imera:nodes: mail.example.org is what others take for another server"],
    ["imera:nodes", '["mx1"]', "imera:nodes: mx1.example.org is what others take for another server"],
    ["imera:nodes", '["ns2"]', "imera:nodes: ns2.example.org is what others take for another server"],
    ["imera:nodes", '["imap"]', "imera:nodes: imap.example.org is what others take for another server"],
    ["imera:nodes", '["_x"]', "imera:nodes[0]: expected at most 22 lower-case letters"],
    ["imera:nodes", '["XMPP1"]', "imera:nodes[0]: expected at most 22 lower-case letters"],
    ["imera:nodes", '["xn--a"]', "imera:nodes[0]: expected at most 22 lower-case letters"],
    ["imera:nodes", '["xmpp1.a"]', "imera:nodes[0]: expected at most 22 lower-case letters"],
    ["imera:adminUser", "imera-canary", "imera:adminUser: imera-canary@example.org is the account that drills"],
    ["imera:volumeSizeGiB", "ten", "imera:volumeSizeGiB: expected a whole number, such as 50"],
    ["imera:volumeSizeGiB", "1.5", "imera:volumeSizeGiB: expected a whole number, such as 50"],
    ["imera:reservedIp", "yes", "imera:reservedIp: expected true or false"],
    ["imera:turnRelayLastPort", "49153", "imera:turnRelayLastPort: at least 16 ports are needed"],
    ["imera:turnRelayFirstPort", "5000", "imera:turnRelayFirstPort: 5000 to 49407 contain port 5222 of c2s"],
    ["imera:acmeDirectoryUrl", "http://ca.example/dir", "imera:acmeDirectoryUrl: expected an https URL"],
    ["imera:uploadMaxFileMiB", "2000", "imera:uploadMaxFileMiB: is more than uploadQuotaMiB"],
    ["imera:region", "mar1", "imera:backupRegion: no region near mar1 is known to have Spaces; set one: ams3, "],
    ["imera:backupRegion", "eu-west-1", "imera:backupRegion: eu-west-1 is no region of DigitalOcean"],
    ["imera:backupKeepDays", "6", "imera:backupKeepDays: expected 7 or more"],
    ["imera:backupHour", "24", "imera:backupHour: expected 23 or less"],
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
    ["imera:copyBucket", "Copy", "imera:copyBucket: expected the name of a bucket"],
    ["imera:copyBucket", "copy", "imera:copyEndpoint: say where copyBucket is"],
    ["imera:copyBucket", "copy", "imera:copyRegion: say where copyBucket is"],
    ["imera:copyEndpoint", "https://s3.example/", "imera:copyEndpoint: expected a host name"],
    ["imera:copyRegion", "eu central", "imera:copyRegion: expected what the provider calls its region"],
    ["imera:copyKeepDays", "0", "imera:copyKeepDays: expected 7 or more"],
    ["imera:backupEndpoint", "https://ams3.example/", "imera:backupEndpoint: expected a host name"],
    ["imera:backupPassphrase", undefined, "imera:backupPassphrase: not set; npm run stack -- new prod makes it; for"],
    ["imera:backupPassphrase", 'a "quoted" passphrase', "imera:backupPassphrase: expected 20 to 255 characters"],
    ["imera:adminPassword", undefined, "imera:adminPassword: not set; npm run stack -- new prod makes it"],
    ["imera:adminPassword", "", "imera:adminPassword: not set; npm run stack -- new prod makes it"],
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
    ["imera:provisioningPublicKey", undefined, "imera:provisioningPublicKey: not set; npm run stack -- new prod"],
  ])("refuses %s = %s", (name, value, line) => {
    expect(refusal(goodConfig({ [name]: value }))).toContain(`\n  ${line}`);
  });

  it.each([
    ["digitalocean:token", "DIGITALOCEAN_TOKEN"],
    ["cloudflare:apiToken", "CLOUDFLARE_API_TOKEN"],
    ["digitalocean:spacesAccessId", "SPACES_ACCESS_KEY_ID"],
    ["digitalocean:spacesSecretKey", "SPACES_SECRET_ACCESS_KEY"],
  ])("takes %s from the environment, as the plugin does, and asks for it where it is in neither", (name, variable) => {
    vi.stubEnv(variable, undefined);
    const config = goodConfig({ [name]: undefined });
    const [line] = refusal(config).split("\n").slice(1);
    expect(line).toContain(`  ${name}: not set; export ${variable}=…`);
    expect(line).toContain(`npm run pulumi -- config set --secret ${name} --stack prod`);
    vi.stubEnv(variable, secretOf(variable));
    expect(() => readSettings(config)).not.toThrow();
  });

  it("does not ask for the key pair that makes the bucket where there is one", () => {
    const missing = { "digitalocean:spacesAccessId": undefined, "digitalocean:spacesSecretKey": undefined };
    expect(() => readSettings(goodConfig({ ...missing, ...existingBucket }))).not.toThrow();
  });

  it("previews without that pair, so that a preview of a pull request needs no key to the backups", async () => {
    await mockEngine({ preview: true });
    const missing = { "digitalocean:spacesAccessId": undefined, "digitalocean:spacesSecretKey": undefined };
    expect(() => readSettings(goodConfig(missing))).not.toThrow();
  });

  it("refuses a vendor's token or key in plain text", () => {
    const config = goodConfig();
    const message = refusal({ ...config, secretNames: new Set([...config.secretNames].filter(isOurs)) });
    for (const name of ["digitalocean:token", "cloudflare:apiToken", "digitalocean:spacesSecretKey"]) {
      expect(message).toContain(`\n  ${name}: stands in plain text`);
      expect(message).not.toContain(config.values[name]);
    }
  });

  it.each(["my_net", "prod.eu", "Prod", "a".repeat(60)])("refuses the stack's name %s", (stack) => {
    expect(refusal({ ...goodConfig(), stack })).toContain(`\n  ${stack}: cannot be the name of a stack: `);
  });

  it("suggests nothing that is not like it", () => {
    expect(refusal(goodConfig({ "imera:colour": "red" }))).toMatch(/imera:colour: there is no such setting$/);
  });

  it("says of a local cloud's stack how that gets what it lacks", () => {
    const config = { ...goodConfig({ "imera:adminPassword": "" }), stack: "local", runNumber: 6 };
    expect(refusal(config)).toContain("imera:adminPassword: not set; npm run local -- up --run 6 makes it");
  });

  it("takes a bucket that exists, wherever it is", () => {
    const elsewhere = { "imera:backupEndpoint": "s3.example.com", "imera:backupRegion": "eu-west-1" };
    expect(readSettings(goodConfig({ ...existingBucket, ...elsewhere }))).toMatchObject({
      backupBucket: "backups-of-old",
      backupRegion: "eu-west-1",
    });
  });

  it.each([
    ["fra1.digitaloceanspaces.com", "imera:copyEndpoint: is DigitalOcean's own"],
    ["s3.example.net", "imera:copyBucket: is backupBucket itself"],
  ])("refuses a copy at %s that is no copy", (endpoint, problem) => {
    const copy = { "imera:copyBucket": "backups-of-old", "imera:copyRegion": "r", "imera:copyEndpoint": endpoint };
    const config = { ...existingBucket, "imera:backupEndpoint": "s3.example.net", ...copy };
    expect(refusal(goodConfig(config))).toContain(problem);
    expect(() => readSettings(goodConfig({ ...config, "imera:copyEndpoint": "s3.example.org" }))).not.toThrow();
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

function refusal(config: RawConfig): string {
  try {
    readSettings(config);
  } catch (error) {
    expect(error).toBeInstanceOf(pulumi.RunError);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("the settings were accepted");
}
