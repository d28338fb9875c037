import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { parse } from "yaml";
import {
  productionSettings,
  productionStack,
  settingsPage,
  withCurrentSettings,
} from "../../components/settings/document-settings.ts";
import { settingsSchema } from "../../components/settings/schema.ts";

it("docs/configuration.md has every setting as the schema has it (node components/settings/document-settings.ts writes it)", async () => {
  const page = await readFile(settingsPage, "utf8");
  expect(page).toBe(await withCurrentSettings(page));
});

it("Pulumi.prod.yaml has every setting as the schema has it (node components/settings/document-settings.ts writes it)", async () => {
  expect(await readFile(productionSettings, "utf8")).toBe(productionStack());
});

it("Pulumi.prod.yaml holds the defaults behind its comment signs", () => {
  const { config } = parse(productionStack().replaceAll("  # imera:", "  imera:")) as {
    config: Record<string, unknown>;
  };
  const settings = Object.entries(settingsSchema.shape).filter(([name]) => !name.endsWith("PublicKey"));
  expect(Object.keys(config).sort()).toEqual(settings.map(([name]) => `imera:${name}`).sort());
  for (const [name, schema] of settings) {
    const fallback = schema.safeParse(undefined);
    const expected = fallback.success && name !== "sshNetworks" ? fallback.data : schema.meta()?.["example"];
    expect(config[`imera:${name}`], name).toEqual(expected);
  }
});

it("Pulumi.prod.yaml ends with a setting, so that no comment lands outside of it when the CLI appends", () => {
  expect(productionStack().trimEnd().split("\n").at(-1)).not.toContain("#");
});
