import { appendFile, copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { writeStackConfig } from "../../toolchain/engine/stack-config.ts";
import { engineEnvironment } from "../../toolchain/engine/environment.ts";
import { setUpToolchain } from "../../toolchain/set-up.ts";
import { repositoryRoot } from "../runner/repository.ts";

/** What a run of the CLI came to: exit code and all output, without colours. */
interface CliResult {
  readonly exitCode: number;
  readonly output: string;
}

/** A stack of this repository's program with state of its own, which disposing it forgets. */
export interface ScratchStack extends AsyncDisposable {
  /** Runs `pulumi` on it; resolves to the exit code and all output, without colours. */
  pulumi(...args: string[]): Promise<CliResult>;
  /** Makes resources, in the form of `pulumi stack export`, the stack's whole state. */
  importState(resources: readonly object[]): Promise<CliResult>;
}

/** Makes a stack with this configuration and these secrets, keys in full (`imera:domain`). Nothing is built. */
export async function scratchStack(
  config: Readonly<Record<string, unknown>>,
  secret: Readonly<Record<string, string>> = {},
): Promise<ScratchStack> {
  const directory = await mkdtemp(join(tmpdir(), "imera-stack-"));
  const stateFolder = join(directory, "state");
  const passphraseFile = join(directory, "passphrase");
  const configFile = join(directory, "Pulumi.scratch.yaml");
  await mkdir(stateFolder);
  await writeFile(passphraseFile, "scratch\n", { mode: 0o600 });
  const toolchain = await setUpToolchain();
  const env = engineEnvironment({ toolchain, stateFolder, passphraseFile });
  const run = async (cwd: string, args: readonly string[]): Promise<CliResult> => {
    const flags = ["--stack", "scratch", "--non-interactive", "--color", "never"];
    const options = { cwd, env, extendEnv: false, all: true, reject: false, timeout: 300_000 } as const;
    const result = await execa(toolchain.pulumi, [...args, ...flags], options);
    return { exitCode: result.exitCode ?? -1, output: result.all };
  };
  // `stack init` writes the stack's file beside Pulumi.yaml, which must not be the checkout's.
  await copyFile(join(repositoryRoot, "Pulumi.yaml"), join(directory, "Pulumi.yaml"));
  const made = await run(directory, ["stack", "init"]);
  if (made.exitCode !== 0) throw new Error(`pulumi stack init failed:\n${made.output}`);
  await appendFile(configFile, stringify({ config }));
  const cli = { command: toolchain.pulumi, env, projectFolder: repositoryRoot };
  await writeStackConfig(cli, { stack: "scratch", configFile, plain: {}, secret });
  const importState: ScratchStack["importState"] = async (resources) => {
    const file = join(directory, "state.json");
    await writeFile(file, JSON.stringify({ version: 3, deployment: { manifest: {}, resources } }));
    return run(directory, ["stack", "import", "--force", "--file", file]);
  };
  const pulumi: ScratchStack["pulumi"] = (...args) => run(repositoryRoot, [...args, "--config-file", configFile]);
  return { pulumi, importState, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) };
}
