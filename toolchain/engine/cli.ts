import { execa } from "execa";

/** Command line, environment and folder to call the Pulumi CLI with. */
export interface PulumiCli {
  /** The executable. */
  readonly command: string;
  /** The complete environment: backend, passphrase, home. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder with Pulumi.yaml. */
  readonly projectFolder: string;
}

/**
 * Runs the CLI without a terminal and returns its standard output.
 *
 * @throws Error with the CLI's own words, which contain no secret.
 */
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
