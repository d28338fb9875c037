import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import type { Toolchain } from "../../toolchain/set-up.ts";
import { localCommandLine } from "../../host/terminal/advice.ts";
import { wrapped } from "../../host/terminal/text-table.ts";
import type { Run } from "../run/run.ts";
import { stackFiles, stackOutputs } from "../stack/stack.ts";

/** Addresses and files of a local cloud with a network that was complete. It may be dead by now. */
export interface CloudFacts {
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

/** Records which toolchain the network was built with, for {@link readFacts}. */
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

/**
 * Reads what the last `up` left about the run's cloud: whether any of it lives is another question. Throws, with what to do,
 * when the run has no cloud, or a network that was never complete.
 */
export async function readFacts(run: Run): Promise<CloudFacts> {
  const up = localCommandLine(run.number, "up");
  if (!existsSync(run.folder)) throw new Error(`Local cloud ${run.number} is not there. Bring it up: ${up}`);
  const files = stackFiles(run);
  if (!existsSync(files.outputs)) {
    throw new Error(`The network in local cloud ${run.number} is not complete. Build it: ${up}`);
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

/** Says how to log in on the network of a local cloud, with commands to go on with, on 80 columns. */
export function describeLogin(run: Run, facts: CloudFacts): string {
  const { domain, dns, caBundle } = facts;
  const files = facts.accounts.flatMap(({ jid, passwordFile }) => [
    ["account", jid],
    ["password", `in ${passwordFile}`],
  ]);
  const lines = [
    ...[...files, ["DNS", dns.address], ["trust", caBundle]].map(([name = "", text]) => `  ${name.padEnd(10)}${text}`),
    "  client    docs/getting-started.md#log-in has the commands",
    "",
    "Look around:",
    `  ${lookUp(dns.address, `_xmpp-client._tcp.${domain}`)}`,
    ...facts.nodes.slice(0, 1).map(({ publicIpv4 }) => `  ${handshake(publicIpv4, domain, caBundle)}`),
    "",
    ...[
      ["status", "asks it how it is"],
      ["ssh", "a shell on the node"],
      ["down", "removes everything"],
    ].map(([command = "", does]) => `  ${localCommandLine(run.number, command).padEnd(36)}${does}`),
  ];
  return lines.join("\n");
}

function handshake(address: string, domain: string, caBundle: string): string {
  const target = `-connect ${address}:5223 -servername ${domain}`;
  return wrapped(`openssl s_client ${target} -verify_return_error -CAfile ${caBundle}`, commandColumns).join(
    " \\\n    ",
  );
}

/** A shell command that asks `resolver` for SRV records. Node is on every machine that runs this, and dig is not. */
function lookUp(resolver: string, name: string): string {
  const program = `r = new dns.Resolver(); r.setServers(["${resolver}"]); r.resolveSrv("${name}", console.log)`;
  return wrapped(`node -e '${program}'`, commandColumns).join("\n    ");
}

/** Width of a line of a command, indented twice, with what goes on with it on the next. */
const commandColumns = 74;

function toolchainFile(run: Run): string {
  return join(run.files.stack, "toolchain.json");
}
