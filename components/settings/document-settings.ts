import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { format } from "prettier";
import { settingsSchema } from "./schema.ts";
import { secrets, secretSettingNames } from "./secrets.ts";

/** The page whose tables are written from the schema. */
export const settingsPage = join(import.meta.dirname, "../../docs/configuration.md");

/**
 * The page with its tables made anew from the schema: what stands between `<!-- settings -->` and `<!-- end -->`, and the
 * same for `secrets`. Throws when a marker is missing.
 */
export async function withCurrentSettings(page: string): Promise<string> {
  const current = replaceBetween(replaceBetween(page, "settings", settingsTable()), "secrets", secretsTable());
  return format(current, { parser: "markdown", printWidth: 120, proseWrap: "preserve" });
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
}
