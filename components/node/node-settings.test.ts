import { Output } from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { ejabberdSettings, factSettings, nodeSecrets } from "./node-settings.ts";
import { readSettings } from "../settings/settings.ts";
import { existingBucket, goodConfig } from "../testing/good-config.ts";

const settings = readSettings(goodConfig());

describe("what a node's files are made from", () => {
  it("are these settings for ejabberd", () => {
    expect(Object.keys(ejabberdSettings(settings)).sort()).toEqual([
      "adminUser",
      "archiveKeepDays",
      "archiveQuotaMiB",
      "contact",
      "domain",
      "sendQuotaMiB",
      "spamProtection",
      "uploadKeepDays",
      "uploadMaxFileMiB",
      "uploadQuotaMiB",
    ]);
  });

  it("are these settings for its facts", () => {
    expect(Object.keys(factSettings(settings)).sort()).toEqual([
      "acmeDirectoryUrl",
      "adminUser",
      "archiveKeepDays",
      "archiveQuotaMiB",
      "backupHour",
      "backupKeepDays",
      "cloudflareApiUrl",
      "contact",
      "dnsPropagationSeconds",
      "domain",
      "offlineKeepDays",
      "pubsubKeepDays",
      "purpose",
      "pushKeepDays",
      "recovery",
      "recoveryTime",
      "stack",
      "tokenEnds",
      "uploadKeepDays",
      "uploadMaxFileMiB",
      "uploadQuotaMiB",
      "volumeSizeGiB",
    ]);
  });

  it("has no secret in it", () => {
    const values = Object.values<unknown>({ ...ejabberdSettings(settings), ...factSettings(settings) });
    expect(values.filter((value) => Output.isInstance(value))).toEqual([]);
  });
});

describe("nodeSecrets", () => {
  const made = { backupAccessKey: "key", backupSecretKey: "secret", cloudflareToken: "token", watchSecrets: "" };
  const drill = readSettings(goodConfig({ ...existingBucket, "imera:purpose": "drill" }));

  it("gives a node what it needs, and no key of the program's", () => {
    expect(Object.keys(nodeSecrets(settings, made)).sort()).toEqual([
      "adminPassword",
      "backupAccessKey",
      "backupPassphrase",
      "backupSecretKey",
      "canaryPassword",
      "cloudflareToken",
      "databasePassword",
      "erlangCookie",
      "turnSecret",
      "watchPassword",
      "watchSecrets",
    ]);
  });

  it("gives a drill's node no account and no token", () => {
    expect(Object.keys(nodeSecrets(drill, { ...made, cloudflareToken: undefined })).sort()).toEqual([
      "backupAccessKey",
      "backupPassphrase",
      "backupSecretKey",
      "databasePassword",
      "erlangCookie",
      "turnSecret",
    ]);
  });

  it("says which one is missing", () => {
    expect(() => nodeSecrets(settings, { ...made, cloudflareToken: undefined })).toThrow(
      "cloudflareToken: a node needs",
    );
  });
});
