import { type PulumiCli, runPulumi } from "./cli.ts";

/** Settings to write for one stack. */
export interface StackConfig {
  readonly stack: string;
  /** File that the settings are kept in. Default: `Pulumi.<stack>.yaml` in the project's folder. */
  readonly configFile?: string;
  /** By full name, such as `imera:domain`. */
  readonly plain: Readonly<Record<string, PlainValue>>;
  /** By full name. Encrypted by the CLI, which gets each value on standard input. */
  readonly secret: Readonly<Record<string, string>>;
}

/** Value of a setting that is no secret. */
export type PlainValue = string | number | boolean | readonly string[];

/** Writes settings into the file of a stack that exists. Throws with the CLI's own words, which contain no secret. */
export async function writeStackConfig(cli: PulumiCli, config: StackConfig): Promise<void> {
  const file = config.configFile === undefined ? [] : ["--config-file", config.configFile];
  const stack = ["--stack", config.stack, ...file];
  const values = Object.entries(config.plain).map(([name, value]) => [name, jsonForm(value)]);
  if (values.length > 0) {
    await runPulumi(cli, ["config", "set-all", ...stack, "--json", JSON.stringify(Object.fromEntries(values))]);
  }
  for (const [name, value] of Object.entries(config.secret)) {
    // The CLI cuts the last newline off, and a private key ends with one of its own.
    await runPulumi(cli, ["config", "set", name, "--secret", ...stack], `${value}\n`);
  }
}

/** As `pulumi config --json` prints it. */
function jsonForm(value: PlainValue) {
  return typeof value === "object"
    ? { value: JSON.stringify(value), objectValue: value, secret: false }
    : { value: String(value), secret: false };
}
