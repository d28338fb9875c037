import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { settingsPage, withCurrentSettings } from "../../components/settings/document-settings.ts";

it("docs/configuration.md has every setting as the schema has it (node components/settings/document-settings.ts writes it)", async () => {
  const page = await readFile(settingsPage, "utf8");
  expect(page).toBe(await withCurrentSettings(page));
});
