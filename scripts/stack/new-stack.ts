import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answers } from "./questions.ts";
import { withFullNames } from "../../components/settings/names.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { type PulumiCli, runPulumi } from "../../toolchain/engine/cli.ts";
import { writeStackConfig } from "../../toolchain/engine/stack-config.ts";

/**
 * Throws unless the name is free: secrets that a stack already has may be on a running node, and new ones would lock the
 * program out of it.
 */
export function refuseExistingSecrets(projectFolder: string, stack: string): void {
  const file = join(projectFolder, `Pulumi.${stack}.yaml`);
  if (existsSync(file) && /^\s+secure:/m.test(readFileSync(file, "utf8"))) {
    throw new Error(
      `${file} already has encrypted settings, and they may be in use. Nothing was changed. ` +
        "Choose another name, or remove that stack for good first: pulumi destroy, pulumi stack rm",
    );
  }
}

/** Creates the stack where it does not exist yet and writes everything that `pulumi up` needs into its file. */
export async function newStack(cli: PulumiCli, stack: string, answers: Answers): Promise<void> {
  refuseExistingSecrets(cli.projectFolder, stack);
  if (!(await stackNames(cli)).includes(stack)) await runPulumi(cli, ["stack", "init", stack, "--no-select"]);
  const { domain, contact, region, sshNetworks } = answers;
  const secrets = generateStackSecrets();
  await writeStackConfig(cli, {
    stack,
    plain: withFullNames({ domain, contact, region, sshNetworks, ...secrets.plain }),
    secret: {
      ...withFullNames(secrets.secret),
      "digitalocean:token": answers.digitaloceanToken,
      "digitalocean:spacesAccessId": answers.spacesAccessId,
      "digitalocean:spacesSecretKey": answers.spacesSecretKey,
      "cloudflare:apiToken": answers.cloudflareToken,
    },
  });
}

async function stackNames(cli: PulumiCli): Promise<readonly string[]> {
  const stacks: unknown = JSON.parse(await runPulumi(cli, ["stack", "ls", "--json"]));
  if (!Array.isArray(stacks)) return [];
  return stacks.map((stack: unknown) =>
    typeof stack === "object" && stack !== null && "name" in stack ? String(stack.name) : "",
  );
}
