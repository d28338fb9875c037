import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { settingsSchema } from "./schema.ts";
import { readSettings } from "./settings.ts";
import { goodConfig } from "../testing/good-config.ts";

describe("Pulumi.yaml", () => {
  it("declares no settings: the engine's check of their types would hide all other problems", () => {
    const text = readFileSync(new URL("../../Pulumi.yaml", import.meta.url), "utf8");
    expect(parse(text)).not.toHaveProperty("config");
  });
});

describe("settingsSchema", () => {
  it("has a default for all settings but three and the public keys", () => {
    const asked = Object.entries(settingsSchema.shape).filter(([, schema]) => !schema.safeParse(undefined).success);
    expect(asked.map(([key]) => key)).toEqual([
      "domain",
      "contact",
      "region",
      "provisioningPublicKey",
      "firstContactPublicKey",
    ]);
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
    // The template's own address is nobody's, and the local domain is signed by the run's own authority.
    const runs = { "imera:contact": "ops@imera.chat", "imera:acmeDirectoryUrl": "https://ca.local-cloud.test/dir" };
    const own = file === "Pulumi.local.yaml" ? runs : { "imera:contact": runs["imera:contact"] };
    expect(() => readSettings(goodConfig({ ...values, ...own }))).not.toThrow();
    expect(text).not.toContain("secure:");
  });
});
