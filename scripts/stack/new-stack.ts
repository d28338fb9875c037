import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { productionStack } from "../../components/settings/document-settings.ts";
import { withFullNames } from "../../components/settings/names.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { vendorKeys } from "../../components/settings/vendor-keys.ts";
import { type PulumiCli, runPulumi } from "../../toolchain/engine/cli.ts";
import { writeStackConfig } from "../../toolchain/engine/stack-config.ts";
import { refuseExistingSecrets } from "./preconditions.ts";
import { vendorKeyNames, type Answers } from "./questions.ts";
import { readEncrypted, withSettings } from "./settings-file.ts";

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
  const text = existsSync(file) ? await readFile(file, "utf8") : productionStack();
  const { plain, secret } = generateStackSecrets();
  // The CLI rewrites the file that it encrypts into, so it gets one to itself.
  const encrypted = await inFolderOfItsOwn(cli, stack, async (own) => {
    if (!exists) {
      const provider = secretsProvider === undefined ? [] : ["--secrets-provider", secretsProvider];
      await runPulumi(own, ["stack", "init", stack, "--no-select", ...provider]);
    }
    await writeStackConfig(own, { stack, plain: {}, secret: { ...withFullNames(secret), ...keptKeys(answers) } });
  });
  const { domain, contact, region, sshNetworks, zone } = answers;
  const settings = { domain, contact, region, sshNetworks, ...(zone === domain ? {} : { zone }), ...plain };
  await writeFile(`${file}.new`, withSettings(text, { plain: withFullNames(settings), ...encrypted }));
  await rename(`${file}.new`, file);
}

async function inFolderOfItsOwn(cli: PulumiCli, stack: string, encrypt: (own: PulumiCli) => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), "imera-new-stack-"));
  try {
    const name = `Pulumi.${stack}.yaml`;
    await copyFile(join(cli.projectFolder, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    // One of a stack that was made before has what its secrets are encrypted with.
    if (existsSync(join(cli.projectFolder, name))) await copyFile(join(cli.projectFolder, name), join(folder, name));
    await encrypt({ ...cli, projectFolder: folder });
    return readEncrypted(await readFile(join(folder, name), "utf8"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Vendors' keys that the operator wants in the file, by full name. */
function keptKeys({ vendorKeys: kept }: Answers): Record<string, string> {
  if (kept === undefined) return {};
  return Object.fromEntries(vendorKeyNames.map((name) => [vendorKeys[name].setting, kept[name]]));
}
