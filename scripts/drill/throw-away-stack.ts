import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PulumiCli, runPulumi } from "../../toolchain/engine/cli.ts";
import { engineEnvironment } from "../../toolchain/engine/environment.ts";
import { projectFolder } from "../../toolchain/engine/stack-folder.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";

/** Stack to make in a folder that is forgotten. */
export interface ThrowAwayStack {
  readonly toolchain: Toolchain;
  readonly stack: string;
  /** Passphrase of its secrets. */
  readonly passphrase: string;
  /** Text of a stack's file to begin with; undefined: none. */
  readonly settings?: string | undefined;
}

/**
 * Makes a stack whose state is nowhere else, has `work` use the CLI on it, and removes all of it. Resolves to the text of the
 * stack's file after that, and to the value of the work.
 */
export async function withThrowAwayStack<Value>(
  { toolchain, stack, passphrase, settings }: ThrowAwayStack,
  work: (cli: PulumiCli) => Promise<Value>,
): Promise<{ readonly file: string; readonly value: Value }> {
  const folder = await mkdtemp(join(tmpdir(), "imera-throw-away-"));
  try {
    const [stateFolder, passphraseFile] = [join(folder, "state"), join(folder, "passphrase")];
    const configFile = join(folder, `Pulumi.${stack}.yaml`);
    await mkdir(stateFolder);
    await writeFile(passphraseFile, passphrase, { mode: 0o600 });
    await copyFile(join(projectFolder, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    if (settings !== undefined) await writeFile(configFile, settings, { mode: 0o600 });
    const env = engineEnvironment({ toolchain, stateFolder, passphraseFile });
    const cli = { command: toolchain.pulumi, env, projectFolder: folder };
    await runPulumi(cli, ["stack", "init", stack, "--no-select"]);
    const value = await work(cli);
    return { file: await readFile(configFile, "utf8"), value };
  } finally {
    await rm(folder, { recursive: true });
  }
}
