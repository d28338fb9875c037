import { execa } from "execa";

/** Arguments and input of this program when it is run again as root. */
export interface AsRootOptions {
  /** Arguments after this process's own. */
  readonly extraArguments?: readonly string[];
  /** Text for standard input, for what must not stand in an argument. Default: this process's standard input. */
  readonly input?: string;
}

/**
 * Makes sure that this program runs as root: resolves to undefined when it does, and otherwise runs it again by sudo and
 * resolves to its exit code. Throws when there is no sudo.
 */
export async function runAsRoot({ extraArguments = [], input }: AsRootOptions = {}): Promise<number | undefined> {
  if (process.getuid?.() === 0) return undefined;
  const { exitCode: missing } = await execa("sh", ["-c", "command -v sudo"], { reject: false });
  if (missing !== 0) {
    throw new Error(
      "The local cloud makes network namespaces and machines, which takes root. Run it as root, or install sudo.",
    );
  }
  // sudo takes most of the environment away. The caches go to root's own folders: the user's would get files of root's.
  const kept = [
    "PATH",
    "INIT_CWD",
    "TERM",
    "NO_COLOR",
    "CI",
    "GOPROXY",
    "GOFLAGS",
    "http_proxy",
    "https_proxy",
    "no_proxy",
  ];
  const environment = kept.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [`${name}=${value}`];
  });
  const program = [process.execPath, ...process.argv.slice(1), ...extraArguments];
  const { exitCode } = await execa("sudo", ["env", ...environment, ...program], {
    ...(input === undefined ? { stdin: "inherit" } : { input }),
    stdout: "inherit",
    stderr: "inherit",
    reject: false,
  });
  return exitCode ?? 1;
}
