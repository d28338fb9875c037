import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { messageOf } from "../../host/error.ts";
import { withFullNames } from "../../components/settings/names.ts";
import { runPulumi } from "../../toolchain/engine/cli.ts";
import { writeStackConfig } from "../../toolchain/engine/stack-config.ts";
import { projectFolder } from "../../toolchain/engine/stack-folder.ts";
import { setUpToolchain, type Toolchain } from "../../toolchain/set-up.ts";
import { passphraseOf } from "../stack/passphrase.ts";
import { readEncrypted, withSettings } from "../stack/settings-file.ts";
import { drillSource, ownSettings, plainSettings, type DrillSource } from "./source.ts";
import { withThrowAwayStack } from "./throw-away-stack.ts";

/** Names the file that has what a drill of a network needs, for a stack of that name: `Pulumi.prod-drill.yaml`. */
export function drillFile(stack: string): string {
  return join(projectFolder, `Pulumi.${stack}.yaml`);
}

/**
 * Writes all that drills of a network need, and no more, into a file of their own: the key that can only read the backups, their
 * passphrase, and the canary's password, encrypted with `passphrase`.
 */
export async function writeDrillFile(
  file: string,
  source: DrillSource,
  {
    toolchain,
    stack,
    passphrase,
  }: { readonly toolchain: Toolchain; readonly stack: string; readonly passphrase: string },
): Promise<void> {
  const { backup, reader, backupPassphrase, canaryPassword, switchUrl } = source;
  const secret = withFullNames({
    backupAccessKey: reader.accessKey,
    backupSecretKey: reader.secretKey,
    backupPassphrase,
    canaryPassword,
    // With the network's own check: the file is of a stack with another name.
    ...(switchUrl === undefined ? {} : { deadManSwitch: switchUrl }),
  });
  const made = await withThrowAwayStack({ toolchain, stack, passphrase }, (cli) =>
    writeStackConfig(cli, { stack, plain: {}, secret }),
  );
  const plain = withFullNames({
    ...Object.fromEntries(Object.entries(source.settings).filter(([name]) => !isLeftOut(name))),
    domain: source.domain,
    backupBucket: backup.bucket,
    backupEndpoint: backup.endpoint,
    backupRegion: backup.region,
  });
  await writeFile(file, withSettings(heading(source.stack), { plain, ...readEncrypted(made.file) }));
}

/** A drill has keys of its own. */
function isLeftOut(name: string): boolean {
  return ownSettings.has(name) || name.endsWith("PublicKey");
}

/** The purpose tells the file from that of a network. */
function heading(stack: string): string {
  return [
    `# What drills of the stack ${stack} need, and no more. Whoever can decrypt it can read all backups, and change nothing.`,
    `# npm run stack -- drill ${stack} writes it, and again after a change of the key, the passphrase or the domain.`,
    "config:",
    "  imera:purpose: drill",
    "",
  ].join("\n");
}

/**
 * Reads the source of a drill from a file of its own, with the passphrase that the environment has. Undefined where `stack` is not
 * the name of such a file. Throws, with what to do, where it cannot be decrypted.
 */
export async function readDrillFile(
  stack: string,
  { file = drillFile(stack), environment = process.env, setUp = setUpToolchain } = {},
): Promise<DrillSource | undefined> {
  if (!existsSync(file)) return undefined;
  const settings = await readFile(file, "utf8");
  const purpose = z.object({ config: z.object({ "imera:purpose": z.literal("drill") }) });
  if (!purpose.safeParse(parse(settings)).success) return undefined;
  const passphrase = passphraseOf(environment);
  if (passphrase === undefined) {
    throw new Error(
      `${file} is encrypted: export PULUMI_CONFIG_PASSPHRASE_FILE=FILE with its passphrase, and run this again.`,
    );
  }
  const toolchain = await setUp();
  const { value } = await withThrowAwayStack({ toolchain, stack, passphrase, settings }, (cli) =>
    runPulumi(cli, ["config", "--show-secrets", "--json", "--stack", stack]),
  ).catch((error: unknown) => {
    throw new Error(
      `${file} cannot be decrypted: ${messageOf(error)}\nIts passphrase is another one than the ` +
        "network's: PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE must have the one that npm run stack -- drill made.",
      { cause: error },
    );
  });
  return sourceIn(stack, value);
}

function sourceIn(stack: string, json: string): DrillSource {
  const values = z.record(z.string(), z.object({ value: z.string() })).parse(JSON.parse(json));
  const setting = (name: string) => values[`imera:${name}`]?.value;
  return drillSource.parse({
    stack,
    domain: setting("domain"),
    settings: plainSettings(json),
    backup: { endpoint: setting("backupEndpoint"), region: setting("backupRegion"), bucket: setting("backupBucket") },
    reader: { accessKey: setting("backupAccessKey"), secretKey: setting("backupSecretKey") },
    backupPassphrase: setting("backupPassphrase"),
    canaryPassword: setting("canaryPassword"),
    switchUrl: setting("deadManSwitch"),
  });
}
