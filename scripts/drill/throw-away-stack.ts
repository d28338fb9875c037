import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type PulumiCli, runPulumi } from "../../toolchain/engine/cli.ts";
import { engineEnvironment } from "../../toolchain/engine/environment.ts";
import { projectFolder } from "../../toolchain/engine/stack-folder.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import { inThrowAwayProject } from "../stack/throw-away-project.ts";

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
  return inThrowAwayProject({ projectFolder, stack, settings }, async (folder) => {
    const [stateFolder, passphraseFile] = [join(folder, "state"), join(folder, "passphrase")];
    await mkdir(stateFolder);
    await writeFile(passphraseFile, passphrase, { mode: 0o600 });
    const env = engineEnvironment({ toolchain, stateFolder, passphraseFile });
    const cli = { command: toolchain.pulumi, env, projectFolder: folder };
    await runPulumi(cli, ["stack", "init", stack, "--no-select"]);
    return work(cli);
  });
}
