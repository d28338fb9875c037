import { execa } from "execa";

/** How to call the Pulumi CLI. */
export interface PulumiCli {
  /** The executable. */
  readonly command: string;
  /** The complete environment: backend, passphrase, home. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder with Pulumi.yaml. */
  readonly projectFolder: string;
}

/** A stack and the settings to write for it. */
export interface StackConfig {
  readonly stack: string;
  /** Where the settings are kept. Default: `Pulumi.<stack>.yaml` in the project's folder. */
  readonly configFile?: string;
  /** By full name, such as `imera:domain`. */
  readonly plain: Readonly<Record<string, PlainValue>>;
  /** By full name. They are encrypted by the CLI and reach it on standard input. */
  readonly secret: Readonly<Record<string, string>>;
}

export type PlainValue = string | number | boolean | readonly string[];

/** Writes settings into the file of a stack that exists. Throws with the CLI's own words, which contain no secret. */
export async function writeStackConfig(cli: PulumiCli, config: StackConfig): Promise<void> {
  const file = config.configFile === undefined ? [] : ["--config-file", config.configFile];
  const stack = ["--stack", config.stack, ...file];
  const values = Object.entries(config.plain).map(([name, value]) => [name, jsonForm(value)]);
  await runPulumi(cli, ["config", "set-all", ...stack, "--json", JSON.stringify(Object.fromEntries(values))]);
  for (const [name, value] of Object.entries(config.secret)) {
    // The CLI cuts the last newline off, and a private key ends with one of its own.
    await runPulumi(cli, ["config", "set", name, "--secret", ...stack], `${value}\n`);
  }
}

/** Runs the CLI without a terminal and returns its standard output. */
export async function runPulumi(cli: PulumiCli, args: readonly string[], stdin = ""): Promise<string> {
  const result = await execa(cli.command, [...args, "--non-interactive"], {
    cwd: cli.projectFolder,
    env: { ...cli.env },
    extendEnv: false,
    input: stdin,
    reject: false,
  });
  if (result.failed) {
    const why = [result.stderr, result.stdout, result.shortMessage].find((text) => text !== undefined && text !== "");
    throw new Error(`pulumi ${args.slice(0, 2).join(" ")} failed: ${why?.trim() ?? "no reason given"}`);
  }
  return result.stdout;
}

/** As `pulumi config --json` prints it. */
function jsonForm(value: PlainValue) {
  return typeof value === "object"
    ? { value: JSON.stringify(value), objectValue: value, secret: false }
    : { value: String(value), secret: false };
}
