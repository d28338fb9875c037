import { join } from "node:path";
import { readIfThere } from "../../host/read-if-there.ts";
import { replaceFile } from "../../host/replace-file.ts";
import { productionStack } from "../../components/settings/document-settings.ts";
import { withFullNames } from "../../components/settings/names.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { vendorKeys } from "../../components/settings/vendor-keys.ts";
import { type PulumiCli, runPulumi } from "../../toolchain/engine/cli.ts";
import { writeStackConfig } from "../../toolchain/engine/stack-config.ts";
import { refuseExistingSecrets } from "./preconditions.ts";
import { vendorKeyNames, type Answers } from "./questions.ts";
import { readEncrypted, withSettings } from "./settings-file.ts";
import { inThrowAwayProject } from "./throw-away-project.ts";

/** Stack to be made. */
export interface NewStack {
  readonly stack: string;
  readonly answers: Answers;
  /** True where the backend has the stack, without resources. */
  readonly exists: boolean;
  /** Address of the key management service that encrypts; undefined: what is usual at the backend. */
  readonly secretsProvider?: string | undefined;
}

/**
 * Creates the stack where it does not exist yet and writes everything that `pulumi up` needs into its file, or nothing into it
 * where that fails.
 */
export async function newStack(cli: PulumiCli, { stack, answers, exists, secretsProvider }: NewStack): Promise<void> {
  refuseExistingSecrets(cli.projectFolder, stack);
  const file = join(cli.projectFolder, `Pulumi.${stack}.yaml`);
  // A file of a stack that was made before has what its secrets are encrypted with.
  const present = await readIfThere(file);
  const { plain, secret } = generateStackSecrets();
  // The CLI rewrites the file that it encrypts into, so it gets one to itself.
  const copy = { projectFolder: cli.projectFolder, stack, settings: present };
  const encrypted = await inThrowAwayProject(copy, async (folder) => {
    const own = { ...cli, projectFolder: folder };
    if (!exists) {
      const provider = secretsProvider === undefined ? [] : ["--secrets-provider", secretsProvider];
      await runPulumi(own, ["stack", "init", stack, "--no-select", ...provider]);
    }
    await writeStackConfig(own, { stack, plain: {}, secret: { ...withFullNames(secret), ...keptKeys(answers) } });
  });
  const { domain, contact, region, sshNetworks, zone } = answers;
  const settings = { domain, contact, region, sshNetworks, ...(zone === domain ? {} : { zone }), ...plain };
  const text = withSettings(present ?? productionStack(), {
    plain: withFullNames(settings),
    ...readEncrypted(encrypted.file),
  });
  await replaceFile(file, text, 0o644);
}

/** Vendors' keys that the operator wants in the file, by full name. */
function keptKeys({ vendorKeys: kept }: Answers): Record<string, string> {
  if (kept === undefined) return {};
  return Object.fromEntries(vendorKeyNames.map((name) => [vendorKeys[name].setting, kept[name]]));
}
