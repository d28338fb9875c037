import { z } from "zod";
import { vendorKeys } from "../../components/settings/vendor-keys.ts";
import type { StackAccess } from "../network/stack-access.ts";

/**
 * Lists every secret of a stack that this machine knows: those of its settings, the vendors' keys of the environment, and those of
 * the program's outputs.
 */
export async function knownSecrets({ pulumi }: Pick<StackAccess, "pulumi">): Promise<readonly string[]> {
  const [settings, outputs] = await Promise.all([
    pulumi("config", "--show-secrets", "--json").then((json) => secretSettings.parse(JSON.parse(json))),
    pulumi("stack", "output", "--show-secrets", "--json").then((json) => secretOutputs.safeParse(JSON.parse(json))),
  ]);
  const reader = outputs.success ? Object.values(outputs.data.backupReader) : [];
  const inEnvironment = Object.values(vendorKeys).flatMap(({ variables }) =>
    variables.map((variable) => process.env[variable]),
  );
  const inSettings = Object.values(settings).map(({ secret, value }) => (secret ? value : undefined));
  const secrets: readonly (string | undefined)[] = [
    ...inSettings,
    ...reader,
    ...inEnvironment,
    process.env["PULUMI_CONFIG_PASSPHRASE"],
  ];
  return secrets.flatMap((value) => (value === undefined || value === "" ? [] : [value]));
}

const secretSettings = z.record(
  z.string(),
  z.object({ value: z.string().optional(), secret: z.boolean().default(false) }),
);
const secretOutputs = z.object({ backupReader: z.record(z.string(), z.string()) });

/** Puts a word in the place of each secret in a text, and of each line of one that has several. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const parts = secrets
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), ...secret.split("\n")])
    .map((part) => part.trim())
    // Shorter ones would be found in texts that have nothing to do with them; the ends of a private key are no secret.
    .filter((part) => part.length >= leastSecret && !part.startsWith("-----"))
    .toSorted((one, other) => other.length - one.length);
  return parts.reduce((left, part) => left.replaceAll(part, "[secret]"), text);
}

const leastSecret = 6;
