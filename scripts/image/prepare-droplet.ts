import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NamedStack } from "../../host/terminal/advice.ts";
import { postgresqlVersion } from "../../components/model/node-facts.ts";
import { fileBundle, type NodeFile, staticFiles } from "../../components/node/files.ts";
import { notYet, waitUntil } from "../../host/wait-until.ts";
import { installedVersion, runProgram } from "../network/node/program.ts";
import { connectNode, type NodeSession } from "../network/node/ssh.ts";
import { firstContactPort, type ThrowAwayDroplet } from "./throw-away.ts";

/** Versions of the Debian packages that matter most in an image. */
export interface Versions {
  readonly ejabberd: string;
  readonly postgresql: string;
}

/**
 * Has the droplet install a node's packages by the node's own program, and takes all that is its own from it. Resolves to what
 * was installed; rejects when anything of its own is left.
 */
export async function prepareDroplet(
  stack: NamedStack,
  droplet: ThrowAwayDroplet,
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<Versions> {
  await using session = await logIn(stack, droplet, signal);
  // What runs on the droplet meanwhile ends with the connection.
  return await Promise.race([install(session, report), aborted(signal)]);
}

async function install(session: NodeSession, report: (line: string) => void): Promise<Versions> {
  const listeners = { onLine: report, onStderrLine: report, timeoutMs: installTimeoutMs };
  const files = staticFiles();
  await runProgram(session, ["/usr/local/sbin/imera-apply"], { stdin: fileBundle(files) });
  await runProgram(session, [packagesStep(files)], listeners);
  const [ejabberd, postgresql] = [
    await installedVersion(session, "ejabberd"),
    await installedVersion(session, `postgresql-${postgresqlVersion}`),
  ];
  report("taking away what is this machine's own");
  await runScript(session, "clean.sh");
  const left = (await runScript(session, "find-own.sh")).trim();
  if (left !== "") throw new Error(`The droplet still has what is its own, so no image was made of it:\n${left}`);
  return { ejabberd, postgresql };
}

/** Path of the program that converge starts with: it ends when all packages are there. */
function packagesStep(files: readonly NodeFile[]): string {
  const step = files.find(({ path }) => path.startsWith("/usr/local/lib/imera/steps/10-"));
  if (step === undefined) throw new Error("components/files has no steps/10-*, which installs a node's packages.");
  return step.path;
}

const installTimeoutMs = 1_800_000;

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}

/** Asks the droplet for its own host key, by the throw-away one, and logs in. */
async function logIn(
  stack: NamedStack,
  { publicIpv4: host, login, firstContact }: ThrowAwayDroplet,
  signal: AbortSignal,
): Promise<NodeSession> {
  const connect = (port: number, hostKey: string, timeoutMs: number): Promise<NodeSession> =>
    waitUntil({
      what: `SSH on port ${port} of the droplet (${host})`,
      probe: () =>
        connectNode(stack, { host, port, hostKey, privateKey: login.privateKey }).then((value) => ({ value }), notYet),
      intervalMs: 1000,
      timeoutMs,
      signal,
    });
  await using greeting = await connect(firstContactPort.first, firstContact.publicKey, 300_000);
  const hostKey = await runProgram(greeting, ["imera-first-contact"]);
  // First contact answers before the machine's own SSH server does.
  return await connect(22, hostKey.trim(), 120_000);
}

async function runScript(session: NodeSession, name: string): Promise<string> {
  return runProgram(session, ["bash", "-s"], { stdin: await readFile(join(import.meta.dirname, name), "utf8") });
}
