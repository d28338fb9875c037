import { z } from "zod";
import { settingsSchema } from "../../components/settings/schema.ts";
import type { StackAccess } from "../network/stack-access.ts";

/** All that a drill needs to know of the network whose backup it restores. Holds secrets: never print it. */
export const drillSource = z.object({
  stack: z.string(),
  domain: z.string(),
  /** The stack's plain settings, by name without `imera:`. */
  settings: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  backup: z.object({ endpoint: z.string(), region: z.string(), bucket: z.string() }),
  /** A key that may read that bucket and no more. */
  reader: z.object({ accessKey: z.string(), secretKey: z.string() }),
  backupPassphrase: z.string(),
  canaryPassword: z.string(),
});
export type DrillSource = z.infer<typeof drillSource>;

const configEntry = z.object({
  value: z.string().optional(),
  objectValue: z.unknown().optional(),
  secret: z.boolean(),
});

/** Reads it from a stack; throws, with what to do, when the stack has no backups or no key to read them. */
export async function readSource(access: StackAccess): Promise<DrillSource> {
  const outputs = await access.outputs();
  return {
    stack: access.stack,
    domain: outputs.domain,
    settings: plainSettings(await access.pulumi("config", "--json")),
    backup: outputs.backup,
    reader: outputs.backupReader,
    backupPassphrase: await access.required("backupPassphrase"),
    canaryPassword: await access.required("canaryPassword"),
  };
}

/** From `pulumi config --json`; secrets have no value there. */
function plainSettings(json: string): DrillSource["settings"] {
  const entries = Object.entries(z.record(z.string(), configEntry).parse(JSON.parse(json)));
  return Object.fromEntries(
    entries.flatMap(([fullName, { value, objectValue, secret }]) => {
      const name = fullName.replace(/^imera:/, "");
      if (secret || value === undefined || name === fullName) return [];
      if (!(name in settingsSchema.shape)) return [];
      return [[name, Array.isArray(objectValue) ? objectValue.map(String) : value]];
    }),
  );
}
