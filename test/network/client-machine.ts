import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import type { Cloud } from "./cloud.ts";

/** A user's machine: its resolver is the local cloud's DNS server, and its operating system trusts the ACME root. */
export interface ClientMachine extends AsyncDisposable {
  /** Scratch directory; gone when the machine is. */
  readonly directory: string;
  /**
   * Starts a program there. Programs see /etc/resolv.conf, /etc/nsswitch.conf and the system's trust anchors of that machine,
   * need no option to find or trust the server, and so prove that a stranger's client needs none either.
   */
  run(program: string, args: readonly string[], options?: RunOptions): ResultPromise<ClientProcessOptions>;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Default 60 s. */
  readonly timeoutMs?: number;
}

interface ClientProcessOptions {
  readonly env: Record<string, string>;
  readonly stdin: "pipe";
  readonly timeout: number;
}

/** Makes a client machine out of this one, in mount namespaces of its own; the machine's own files stay as they are. */
export async function clientMachine(cloud: Cloud): Promise<ClientMachine> {
  const { address, port } = cloud.status.dns;
  if (port !== 53) throw new Error(`resolv.conf has no place for a port, and the DNS server listens on ${port}`);
  const directory = await mkdtemp(join(tmpdir(), "imera-client-"));
  const files = {
    "/etc/resolv.conf": `nameserver ${address}\noptions timeout:2 attempts:2\n`,
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "/etc/ssl/certs/ca-certificates.crt": cloud.trustedRoots,
  };
  const mounts = await Promise.all(
    Object.entries(files).map(async ([path, text], index) => {
      const source = join(directory, `mount-${index}`);
      await writeFile(source, text);
      return `mount --bind ${source} ${path}`;
    }),
  );
  const script = `${mounts.join(" && ")} && exec "$@"`;
  return {
    directory,
    run: (program, args, options = {}) => start(directory, [script, "client", program, ...args], options),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

function start(
  directory: string,
  argv: readonly string[],
  { environment = {}, input, timeoutMs = 60_000 }: RunOptions,
): ResultPromise<ClientProcessOptions> {
  const env = {
    HOME: directory,
    XDG_CONFIG_HOME: join(directory, "config"),
    XDG_DATA_HOME: join(directory, "data"),
    ...environment,
  };
  const subprocess = execa("unshare", ["--mount", "--propagation", "private", "sh", "-c", ...argv], {
    env,
    stdin: "pipe",
    timeout: timeoutMs,
  });
  if (input !== undefined) subprocess.stdin.end(input);
  return subprocess;
}
