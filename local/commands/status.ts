import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import type { Toolchain } from "../../toolchain/set-up.ts";
import { isRunning } from "../../host/process.ts";
import type { Run } from "../run/run.ts";
import { stackFiles, stackOutputs } from "../stack/stack.ts";

/** Status of a local cloud with a complete network, as `status --json` prints it. */
export interface CloudStatus {
  readonly domain: string;
  /** The DNS server that answers the network's names. */
  readonly dns: { readonly address: string; readonly port: number };
  /** File with the certificate authorities to trust, in PEM. */
  readonly caBundle: string;
  readonly accounts: readonly { readonly jid: string; readonly passwordFile: string }[];
  readonly nodes: readonly { readonly name: string; readonly publicIpv4: string; readonly privateIpv4: string }[];
  /** Version and origin of each part of the toolchain that built the network. */
  readonly toolchain: ToolchainSummary;
}

const toolchainSummary = z.object({
  cli: z.string(),
  languageHost: z.string(),
  plugins: z.record(z.string(), z.string()),
});
type ToolchainSummary = z.infer<typeof toolchainSummary>;

/** Records which toolchain the network was built with, for {@link readStatus}. */
export async function recordToolchain(run: Run, { parts }: Toolchain): Promise<void> {
  const describe = (name: string) => {
    const part = parts.find((candidate) => candidate.part === name);
    return part === undefined ? "none" : `${part.version} (${part.origin})`;
  };
  const plugins = parts.map(({ part }) => part).filter((name) => !["cli", "language-host", "node"].includes(name));
  const summary: ToolchainSummary = {
    cli: describe("cli"),
    languageHost: describe("language-host"),
    plugins: Object.fromEntries(plugins.map((name) => [name, describe(name)])),
  };
  await writeFile(toolchainFile(run), JSON.stringify(summary), { mode: 0o600 });
}

/** Reads the status of the run's cloud; throws, with what to do, when the run has no cloud or no complete network. */
export async function readStatus(run: Run): Promise<CloudStatus> {
  if (!existsSync(run.folder)) throw new Error(`Local cloud ${run.number} is not there. Bring it up: npm run local`);
  if (!(await isRunning(run.files.daemonPid)) || !(await isRunning(run.files.incusPid))) {
    throw new Error(`Local cloud ${run.number} does not run any more. Bring it up again: npm run local`);
  }
  const files = stackFiles(run);
  if (!existsSync(files.outputs)) {
    throw new Error(`Local cloud ${run.number} runs, but the network in it is not complete. Build it: npm run local`);
  }
  const outputs = stackOutputs.parse(JSON.parse(await readFile(files.outputs, "utf8")));
  return {
    domain: outputs.domain,
    dns: { address: run.addresses.cloudIpv4, port: 53 },
    caBundle: run.files.caBundle,
    accounts: [{ jid: outputs.adminJid, passwordFile: files.adminPassword }],
    nodes: outputs.nodes.map(({ name, publicIpv4, privateIpv4 }) => ({ name, publicIpv4, privateIpv4 })),
    toolchain: toolchainSummary.parse(JSON.parse(await readFile(toolchainFile(run), "utf8"))),
  };
}

/** Formats a status as text for people, with commands to go on with. */
export function describeStatus(run: Run, status: CloudStatus): string {
  const account = status.accounts[0];
  const option = run.number === 1 ? "" : ` --run ${run.number}`;
  const lines = [
    `The XMPP network ${status.domain} is up.`,
    "",
    ...status.nodes.map(({ name, publicIpv4 }) => `  node          ${name}, ${publicIpv4}`),
    ...(account === undefined ? [] : [`  account       ${account.jid}`, `  password      in ${account.passwordFile}`]),
    `  trust         ${status.caBundle}`,
    `  DNS           ${status.dns.address}`,
    "",
    "Look around:",
    `  ${lookUp(status.dns.address, `_xmpp-client._tcp.${status.domain}`)}`,
    ...status.nodes
      .slice(0, 1)
      .map(
        ({ publicIpv4 }) =>
          `  openssl s_client -connect ${publicIpv4}:5223 -servername ${status.domain} -verify_return_error -CAfile ${status.caBundle}`,
      ),
    "",
    `  npm run local -- status${option}    show this again (--json for programs)`,
    `  npm run local -- down${option}      remove everything`,
  ];
  return lines.join("\n");
}

/** A shell command that asks `resolver` for SRV records. Node is on every machine that runs this, and dig is not. */
function lookUp(resolver: string, name: string): string {
  return `node -e 'r = new dns.Resolver(); r.setServers(["${resolver}"]); r.resolveSrv("${name}", console.log)'`;
}

function toolchainFile(run: Run): string {
  return join(run.files.stack, "toolchain.json");
}
