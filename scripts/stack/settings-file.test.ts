import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { productionStack } from "../../components/settings/document-settings.ts";
import { readEncrypted, withSettings } from "./settings-file.ts";

const settings = {
  plain: {
    "imera:domain": "chat.example.net",
    "imera:contact": "ops@example.net",
    "imera:zone": "example.net",
    "imera:volumeSizeGiB": 10,
    "imera:sshNetworks": ["198.51.100.7/32"],
  },
  encrypted: { "imera:adminPassword": "v1:abc:def", "imera:provisioningPrivateKey": "v1:ghi:jkl" },
  keys: { encryptionsalt: "v1:salt" },
};

describe("withSettings", () => {
  const written = withSettings(productionStack(), settings);

  it("puts each setting where it stands, or in place of its comment, and secrets at the end", () => {
    const config = (parse(written) as { config: Record<string, unknown> }).config;
    expect(config).toEqual({
      ...settings.plain,
      "imera:region": "fra1",
      "imera:adminPassword": { secure: "v1:abc:def" },
      "imera:provisioningPrivateKey": { secure: "v1:ghi:jkl" },
    });
    expect(written).toContain("\n  imera:volumeSizeGiB: 10\n");
    expect(written).toContain("\n  imera:zone: example.net\n");
    expect(written).not.toContain("# imera:zone:");
    expect(written.endsWith("\n\nencryptionsalt: v1:salt\n")).toBe(true);
  });

  it("leaves every other line as it is", () => {
    const changed = new Set(
      ["zone", "domain", "contact", "volumeSizeGiB", "sshNetworks"].map((name) => `imera:${name}`),
    );
    const kept = productionStack()
      .split("\n")
      .filter((line) => ![...changed].some((name) => line.includes(`${name}:`)) && !line.startsWith("    - "));
    const lines = written.split("\n");
    let at = 0;
    for (const line of kept) {
      at = lines.indexOf(line, at);
      expect(at, line).not.toBe(-1);
    }
  });

  it("leaves a file that can be set right by hand: a comment taken away makes a setting", () => {
    const uncommented = written.replaceAll("  # imera:", "  imera:");
    expect(parse(uncommented)).toHaveProperty(["config", "imera:backupRegion"], "");
    expect(parse(uncommented)).toHaveProperty(["config", "imera:uploadKeepDays"], 90);
  });

  it("writes over what it wrote before, and adds nothing twice", () => {
    expect(withSettings(written, settings).trimEnd()).toBe(written.trimEnd());
  });

  it.each(["config: {}\n", "encryptionsalt: v1:x\n"])("throws where there is no setting to stand by: %j", (text) => {
    expect(() => withSettings(text, settings)).toThrow("has no settings under config:");
  });
});

describe("readEncrypted", () => {
  it("reads what the CLI encrypted and what decrypts it", () => {
    const text =
      "encryptedkey: AQ==\nsecretsprovider: awskms://alias/imera\nconfig:\n  imera:a: 1\n  imera:b:\n    secure: v1:x\n";
    expect(readEncrypted(text)).toEqual({
      encrypted: { "imera:b": "v1:x" },
      keys: { encryptedkey: "AQ==", secretsprovider: "awskms://alias/imera" },
    });
  });
});
