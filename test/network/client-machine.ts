import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
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

/** Environment, standard input and time limit of a program on a client machine. */
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
  const mounted = {
    "/etc/resolv.conf": join(directory, "resolv.conf"),
    "/etc/nsswitch.conf": join(directory, "nsswitch.conf"),
    "/etc/ssl/certs": join(directory, "certs"),
  };
  await writeFile(mounted["/etc/resolv.conf"], `nameserver ${address}\noptions timeout:2 attempts:2\n`);
  await writeFile(mounted["/etc/nsswitch.conf"], "passwd: files\ngroup: files\nhosts: files dns\n");
  await writeTrustAnchors(mounted["/etc/ssl/certs"], cloud.trustedRoots);
  const mounts = Object.entries(mounted).map(([path, source]) => `mount --bind ${source} ${path}`);
  const script = `${mounts.join(" && ")} && exec "$@"`;
  return {
    directory,
    run: (program, args, options = {}) => start(directory, [script, "client", program, ...args], options),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}

/** Lays trust anchors out as Debian does: one bundle, and one file each under the hash that OpenSSL looks for. */
async function writeTrustAnchors(directory: string, pem: string): Promise<void> {
  await mkdir(directory);
  const anchors = pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];
  await Promise.all(anchors.map((anchor, index) => writeFile(join(directory, `anchor-${index}.pem`), `${anchor}\n`)));
  await execa("openssl", ["rehash", directory]);
  await writeFile(join(directory, "ca-certificates.crt"), pem);
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
