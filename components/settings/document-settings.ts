import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "prettier";
import { stringify } from "yaml";
import type { z } from "zod";
import { settingsSchema } from "./schema.ts";
import { bucketSecretNames, secrets, secretSettingNames, stackSecretNames } from "./secrets.ts";

/** Path of the page whose tables are written from the schema. */
export const settingsPage = join(import.meta.dirname, "../../docs/configuration.md");

/** Path of the production stack's settings as they are before `npm run stack -- new`, written from the schema. */
export const productionSettings = join(import.meta.dirname, "../../Pulumi.prod.yaml");

/**
 * Makes the tables of the page anew: plain settings between `<!-- settings -->` and `<!-- end -->`, secrets between
 * `<!-- secrets -->` and `<!-- end -->`. Throws when a marker is missing.
 */
export async function withCurrentSettings(page: string): Promise<string> {
  const current = replaceBetween(replaceBetween(page, "settings", settingsTable()), "secrets", secretsTable());
  return format(current, { parser: "markdown", printWidth: 120, proseWrap: "preserve" });
}

/**
 * Writes the production stack's settings: three that have no default, all others commented out with theirs, `sshNetworks`
 * last. The CLI appends what it adds; comments that ended the file would land below it, outside of `config`.
 */
export function productionStack(): string {
  const { sshNetworks, provisioningPublicKey, firstContactPublicKey, ...others } = settingsSchema.shape;
  const publicKeys = Object.keys({ provisioningPublicKey, firstContactPublicKey });
  return [
    ...comment(
      "",
      "A production stack. `npm run stack -- new prod` asks for the settings that stand here without a #, makes all secrets, and " +
        "adds them here encrypted; this file can then be committed. The others stand here with their defaults: remove the # " +
        "to set one. docs/configuration.md has an example of each. Your two API tokens and your Spaces key pair come from the " +
        "environment: docs/production.md.",
    ),
    "config:",
    ...Object.entries(others).flatMap(([name, schema]) => [...settingLines(name, schema), ""]),
    ...comment(
      "  ",
      `Made by \`npm run stack -- new\`: ${publicKeys.join(", ")} and, encrypted, ${stackSecretNames.join(", ")}. ` +
        `With backupBucket also ${bucketSecretNames.join(" and ")}, as docs/configuration.md says.`,
    ),
    "",
    ...comment("  ", sshNetworks.meta()?.description ?? ""),
    ...stringify({ "imera:sshNetworks": sshNetworks.meta()?.["example"] })
      .trimEnd()
      .split("\n")
      .map((line) => `  ${line}`),
    "",
  ].join("\n");
}

function settingLines(name: string, schema: z.ZodType): string[] {
  const { description = "", example } = schema.meta() ?? {};
  const fallback = schema.safeParse(undefined);
  const line = (value: unknown) =>
    `imera:${name}: ${stringify(value, { collectionStyle: "flow", lineWidth: 0 }).trim()}`;
  return [...comment("  ", description), fallback.success ? `  # ${line(fallback.data)}` : `  ${line(example)}`];
}

function comment(indent: string, text: string): string[] {
  const widest = 120 - indent.length - "# ".length;
  return (text.match(new RegExp(`.{1,${widest}}(?: |$)`, "g")) ?? []).map((line) => `${indent}# ${line.trimEnd()}`);
}

function settingsTable(): string {
  const rows = Object.entries(settingsSchema.shape).map(([key, schema]) => {
    const { description = "", example } = schema.meta() ?? {};
    const fallback = schema.safeParse(undefined);
    return [code(key), description, fallback.success ? code(fallback.data) : "none", code(example)];
  });
  return table([["Setting", "Meaning", "Default", "Example"], ...rows]);
}

function secretsTable(): string {
  const rows = secretSettingNames.map((name) => [code(name), secrets[name].description, secrets[name].form]);
  return table([["Setting", "Meaning", "Form"], ...rows]);
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(value: unknown): string {
  if (value === "") return "empty";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function replaceBetween(page: string, name: string, text: string): string {
  const start = `<!-- ${name} -->`;
  const from = page.indexOf(start);
  const to = page.indexOf("<!-- end -->", from);
  if (from === -1 || to === -1) throw new Error(`docs/configuration.md: no ${start} with an <!-- end --> after it`);
  return `${page.slice(0, from + start.length)}\n\n${text}\n\n${page.slice(to)}`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await writeFile(settingsPage, await withCurrentSettings(await readFile(settingsPage, "utf8")));
  await writeFile(productionSettings, productionStack());
}
