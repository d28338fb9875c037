import { homedir } from "node:os";
import path from "node:path";
import process from "node:process";
import type { Toolchain } from "../set-up.ts";

/** Ingredients of the environment that the engine runs in. */
export interface EngineEnvironmentOptions {
  readonly toolchain: Toolchain;
  /** Folder of the file backend that holds the state; it must exist. */
  readonly stateFolder: string;
  /** File with the passphrase of the stack's secrets. */
  readonly passphraseFile: string;
  /** Variables that the process gets besides, PATH among them. Default: this process's environment. */
  readonly base?: NodeJS.ProcessEnv;
}

/**
 * The complete environment to run `pulumi` in, so that nothing but the arguments decides what it does: its own home and
 * state, no account, no downloads, no update check. Variables of the user's that Pulumi or its plugins would read are left
 * out: a token for the real cloud must not reach the local one.
 */
export function engineEnvironment(options: EngineEnvironmentOptions): Record<string, string> {
  const { toolchain, stateFolder, passphraseFile, base = process.env } = options;
  const kept = Object.entries(base).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !isReadByPulumi(entry[0]),
  );
  return {
    ...Object.fromEntries(kept),
    ...toolchainVariables(toolchain, base),
    PULUMI_BACKEND_URL: `file://${stateFolder}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: passphraseFile,
    PULUMI_CREDENTIAL_STORE: "plaintext",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
}

/**
 * The complete environment to run `pulumi` in for a stack of the operator's own: this process's, with the toolchain's CLI, Node
 * and plugins in front of those of the machine. State and account are the operator's: where `pulumi login` keeps a login, it is
 * read, and it is kept there.
 */
export function operatorEnvironment(toolchain: Toolchain, base = process.env): Record<string, string | undefined> {
  const home = base["PULUMI_HOME"] ?? path.join(base["HOME"] ?? homedir(), ".pulumi");
  return {
    ...base,
    ...toolchainVariables(toolchain, base),
    PULUMI_CREDENTIALS_PATH: base["PULUMI_CREDENTIALS_PATH"] ?? home,
  };
}

/** The engine takes the language host that stands beside it, and has the program run by the first `node` of the PATH. */
function toolchainVariables(toolchain: Toolchain, base: NodeJS.ProcessEnv) {
  const folders = [path.dirname(toolchain.pulumi), path.dirname(toolchain.nodePath), base["PATH"]];
  return {
    PATH: folders.filter((folder) => folder !== undefined).join(path.delimiter),
    NODE_COMPILE_CACHE: toolchain.compileCache,
    PULUMI_HOME: toolchain.pulumiHome,
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
}

function isReadByPulumi(name: string): boolean {
  return /^(PULUMI|DIGITALOCEAN|SPACES|CLOUDFLARE)_/.test(name);
}
