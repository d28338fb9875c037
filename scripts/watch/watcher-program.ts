import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { execa, type Options } from "execa";
import type { StackAccess } from "../network/stack-access.ts";

/** Watcher of the nodes, as this machine runs it. */
const program = fileURLToPath(new URL("../../components/files/usr/local/sbin/imera-watch", import.meta.url));

/**
 * Runs the watcher on this machine, `arguments` before the folder of its files, and resolves to its exit code. `folder` keeps what it
 * remembers; undefined: nothing is to be kept. Rejects, with what to do, where the network or Python is missing.
 */
export async function runWatcher(
  access: StackAccess,
  words: readonly string[],
  options: Pick<Options, "stdout" | "stderr" | "cancelSignal"> & { readonly folder?: string },
): Promise<number> {
  const python = await findPython();
  await using place = await placeOf(options.folder);
  const files = await watchFiles(access);
  await writeFile(path.join(place.folder, "watch.json"), files.configuration, { mode: 0o600 });
  await writeFile(path.join(place.folder, "watch-secrets.json"), files.secrets, { mode: 0o600 });
  const { stdout, stderr, cancelSignal } = options;
  const running = execa(python, ["-B", program, ...words, place.folder], {
    stdin: "ignore",
    reject: false,
    ...(stdout === undefined ? {} : { stdout }),
    ...(stderr === undefined ? {} : { stderr }),
    ...(cancelSignal === undefined ? {} : { cancelSignal, gracefulCancel: false }),
  });
  return (await running).exitCode ?? 1;
}

/** Makes both files, with the name servers and authorities that this machine finds and trusts the network by. */
async function watchFiles(access: StackAccess): Promise<{ configuration: string; secrets: string }> {
  const { watchElsewhere } = await access.outputs();
  if (watchElsewhere === undefined) {
    throw new Error(
      `The stack ${access.stack} was last built by a version without a watcher. Run pulumi up on it, then this again.`,
    );
  }
  const { nameServers, caBundle } = access.outside;
  const own = {
    ...(nameServers === undefined ? {} : { resolvers: nameServers }),
    ...(caBundle === undefined ? {} : { caFile: path.resolve(caBundle) }),
  };
  const document = JSON.parse(watchElsewhere.configuration) as object;
  return { ...watchElsewhere, configuration: JSON.stringify({ ...document, ...own }) };
}

async function placeOf(folder: string | undefined): Promise<AsyncDisposable & { readonly folder: string }> {
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const secrets = path.join(folder, "watch-secrets.json");
    return { folder, [Symbol.asyncDispose]: () => rm(secrets, { force: true }) };
  }
  const made = await mkdtemp(path.join(tmpdir(), "imera-watch-"));
  return { folder: made, [Symbol.asyncDispose]: () => rm(made, { recursive: true }) };
}

const oldest = { major: 3, minor: 11 };

/** Finds a Python that can run the watcher. Rejects, with what to do, where there is none. */
async function findPython(): Promise<string> {
  const found = await execa("python3", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], { reject: false });
  const version = found.exitCode === 0 ? found.stdout : "none";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return "python3";
  throw new Error(
    `The watcher needs Python ${oldest.major}.${oldest.minor} or newer as python3; here it is ${version}. ` +
      "Debian 12, Debian 13 and Ubuntu 24.04 have it: apt-get install python3",
  );
}
