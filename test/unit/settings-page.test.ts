import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { settingsPage, withCurrentSettings } from "../../scripts/document-settings.ts";

it("docs/configuration.md has every setting as the schema has it (node scripts/document-settings.ts writes it)", async () => {
  const page = await readFile(settingsPage, "utf8");
  expect(page).toBe(await withCurrentSettings(page));
});
