import { settingsSchema, type PlainSettings } from "../../components/settings/schema.ts";
import { fullName } from "../../components/settings/names.ts";
import type { StackAccess } from "./stack-access.ts";

/**
 * Reads the plain settings of a stack as the program reads them, with the defaults of those that are not set. Rejects with the
 * first one that is wrong.
 */
export async function readPlainSettings(access: Pick<StackAccess, "setting" | "stack">): Promise<PlainSettings> {
  const names = Object.keys(settingsSchema.shape);
  const values = await Promise.all(names.map(async (name) => [name, await access.setting(name)] as const));
  const parsed = settingsSchema.safeParse(Object.fromEntries(values.filter(([, value]) => value !== undefined)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(
    `The settings of the stack ${access.stack} cannot be used: ${fullName(String(issue?.path[0]))}: ${issue?.message ?? "wrong"}. ` +
      "docs/configuration.md describes each.",
  );
}
