import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { execa } from "execa";
import { parse } from "yaml";
import { z } from "zod";

import { inNamespace } from "../scripts/stack/new-stack.ts";
import { generateStackSecrets } from "../scripts/stack/secrets.ts";
import { type PulumiCli, runPulumi, writeStackConfig } from "../scripts/stack/stack-config.ts";
import { engineEnvironment } from "../toolchain/engine-environment.ts";
import type { Toolchain } from "../toolchain/set-up.ts";
import { acmeDirectoryUrl } from "./acme/pebble.ts";
import { cloudflareApiPort, digitaloceanApiPort } from "./address-plan.ts";
import { endSession, lastLines, recordPid } from "./process.ts";
import type { Run } from "./run.ts";
import type { RunningCloud } from "./up.ts";

/** Folder with Pulumi.yaml. */
export const projectFolder = fileURLToPath(new URL("..", import.meta.url));

/** Name of the stack in every local cloud. */
export const stackName = "local";

/** What the program says about the network that it built. */
export const stackOutputs = z.object({
  domain: z.string(),
  adminJid: z.string(),
  nodes: z.array(z.object({ name: z.string(), publicIpv4: z.string(), privateIpv4: z.string() })),
});
export type StackOutputs = z.infer<typeof stackOutputs>;

/** Files of the stack of one run, in {@link RunFiles.stack}. */
export function stackFiles(run: Run) {
  const inside = (name: string) => join(run.files.stack, name);
  return {
    backend: inside("backend"),
    passphrase: inside("passphrase"),
    /** The committed Pulumi.local.yaml with what this run adds. */
    config: inside(`Pulumi.${stackName}.yaml`),
    log: inside("pulumi.log"),
    /** The engine that is at work; it leads a session. */
    pulumiPid: inside("pulumi.pid"),
    /** Present when `pulumi up` has ended well: {@link StackOutputs}. */
    outputs: inside("outputs.json"),
    adminPassword: join(run.files.passwords, "admin"),
  };
}

/** Domains of the committed local stack that are zones at Cloudflare, and one for somebody else's server. */
export async function localZones(): Promise<string[]> {
  const file = z.object({ config: z.record(z.string(), z.unknown()) });
  const { config } = file.parse(parse(await readFile(join(projectFolder, `Pulumi.${stackName}.yaml`), "utf8")));
  return [String(config["imera:zone"] ?? config["imera:domain"]), "peer.test"];
}

/** The CLI with the run's own state. */
export function stackCli(run: Run, toolchain: Toolchain): PulumiCli {
  const { backend, passphrase } = stackFiles(run);
  const env = engineEnvironment({ toolchain, stateFolder: backend, passphraseFile: passphrase });
  return { command: toolchain.pulumi, env, projectFolder };
}

/** Makes the run's stack with its configuration and secrets; one that is there stays. */
export async function prepareStack(cloud: RunningCloud, toolchain: Toolchain): Promise<void> {
  const { run } = cloud;
  const files = stackFiles(run);
  if (existsSync(files.adminPassword)) return;
  await mkdir(files.backend, { recursive: true, mode: 0o700 });
  await mkdir(run.files.passwords, { recursive: true, mode: 0o700 });
  await writeFile(files.passphrase, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  // In a folder of its own, because `stack init` writes the stack's file beside Pulumi.yaml.
  for (const name of ["Pulumi.yaml", `Pulumi.${stackName}.yaml`]) {
    await copyFile(join(projectFolder, name), join(run.files.stack, name));
  }
  const cli = { ...stackCli(run, toolchain), projectFolder: run.files.stack };
  if (!(await hasStack(files.backend))) await runPulumi(cli, ["stack", "init", stackName, "--no-select"]);
  const secrets = generateStackSecrets();
  await writeStackConfig(cli, {
    stack: stackName,
    plain: { ...inNamespace(secrets.plain), ...platformSettings(run) },
    secret: {
      ...inNamespace(secrets.secret),
      "digitalocean:token": cloud.settings.digitaloceanToken,
      "cloudflare:apiToken": cloud.settings.cloudflareToken,
    },
  });
  await writeFile(files.adminPassword, `${secrets.secret.adminPassword}\n`, { mode: 0o600 });
}

function platformSettings(run: Run) {
  const { cloudIpv4, hostIpv4 } = run.addresses;
  return {
    "imera:sshNetworks": [`${hostIpv4}/32`],
    "imera:acmeDirectoryUrl": acmeDirectoryUrl,
    "digitalocean:apiEndpoint": `http://${cloudIpv4}:${digitaloceanApiPort}`,
    "cloudflare:baseUrl": `http://${cloudIpv4}:${cloudflareApiPort}/client/v4`,
  };
}

async function hasStack(backend: string): Promise<boolean> {
  const folder = join(backend, ".pulumi/stacks/imera");
  return existsSync(folder) && (await readdir(folder)).length > 0;
}

/**
 * Runs `pulumi up` on the run's stack and keeps its outputs. All it prints goes to the stack's log; `report` is told of each
 * resource. Throws with the last lines.
 */
export async function buildNetwork(
  run: Run,
  toolchain: Toolchain,
  report: (line: string) => void,
): Promise<StackOutputs> {
  const cli = stackCli(run, toolchain);
  const files = stackFiles(run);
  await clearInterruption(run, cli);
  const options = ["--stack", stackName, "--config-file", files.config];
  const exitCode = await runEngine(run, cli, ["up", ...options, "--yes", "--skip-preview"], (line) => {
    const built = /^ [+~-]+ +\S+:(\S+) (\S+) (created|updated|replaced|deleted)/.exec(line);
    if (built !== null) report(`${built[1] ?? ""} ${built[2] ?? ""} ${built[3] ?? ""}`);
  });
  if (exitCode !== 0) {
    throw new Error(`pulumi up failed. The last lines of ${files.log}:\n${await lastLines(files.log, 40)}`);
  }
  const json = await runPulumi(cli, ["stack", "output", "--json", "--stack", stackName]);
  const outputs = stackOutputs.parse(JSON.parse(json));
  await writeFile(files.outputs, JSON.stringify(outputs), { mode: 0o600 });
  return outputs;
}

/** Runs the CLI in a session of its own, so that all its plugins can be found and ended with it. Resolves to the exit code. */
async function runEngine(
  run: Run,
  cli: PulumiCli,
  args: readonly string[],
  onLine: (line: string) => void,
): Promise<number> {
  const { log, pulumiPid } = stackFiles(run);
  const engine = execa(cli.command, [...args, "--non-interactive", "--color", "never"], {
    cwd: projectFolder,
    env: { ...cli.env },
    extendEnv: false,
    detached: true,
    stdin: "ignore",
    all: true,
    buffer: false,
    reject: false,
  });
  await recordPid(pulumiPid, engine.pid);
  // The engine writes down what it has done before it ends, so it is asked and waited for.
  const passOn = (signal: NodeJS.Signals) => engine.kill(signal);
  process.on("SIGINT", passOn).on("SIGTERM", passOn);
  try {
    for await (const line of engine.iterable({ from: "all" })) {
      appendFileSync(log, `${line}\n`, { mode: 0o600 });
      onLine(line);
    }
    return (await engine).exitCode ?? 1;
  } finally {
    process.off("SIGINT", passOn).off("SIGTERM", passOn);
    await endSession(pulumiPid);
  }
}

/** An engine that was killed may live on, and leaves a lock behind. */
async function clearInterruption(run: Run, cli: PulumiCli): Promise<void> {
  const { backend, pulumiPid } = stackFiles(run);
  await endSession(pulumiPid);
  const locks = join(backend, ".pulumi/locks");
  if (!existsSync(locks)) return;
  const left = (await readdir(locks, { recursive: true })).some((name) => name.endsWith(".json"));
  if (left) await runPulumi(cli, ["cancel", "--yes", "--stack", stackName]);
}

/** Whether a `pulumi up` was killed while it made something, before the network was ever complete. */
export async function wasInterrupted(run: Run, toolchain: Toolchain): Promise<boolean> {
  const files = stackFiles(run);
  if (existsSync(files.outputs) || !existsSync(files.adminPassword)) return false;
  const state = z.object({ deployment: z.object({ pending_operations: z.array(z.unknown()).nullish() }) });
  const exported = await runPulumi(stackCli(run, toolchain), ["stack", "export", "--stack", stackName]);
  return (state.parse(JSON.parse(exported)).deployment.pending_operations ?? []).length > 0;
}
