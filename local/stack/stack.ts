import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { parse } from "yaml";
import { z } from "zod";

import { withFullNames } from "../../components/settings/names.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { type PulumiCli, runPulumi, type StackConfig, writeStackConfig } from "../../toolchain/engine/stack-config.ts";
import { engineEnvironment } from "../../toolchain/engine/environment.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import { acmeDirectoryUrl } from "../acme/pebble.ts";
import { cloudflareApiPort, digitaloceanApiPort } from "../run/address-plan.ts";
import type { DaemonSettings } from "../run/daemon-settings.ts";
import { spacesDomain } from "../object-store/hosts.ts";
import { proxyEnvironment } from "./proxy-environment.ts";
import type { Run } from "../run/run.ts";
import {
  changeStack,
  initStack,
  projectFolder,
  type StackFolder,
  stackFolder,
} from "../../toolchain/engine/stack-folder.ts";
import type { RunningCloud } from "../commands/up.ts";

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
  return {
    ...stackFolder(stackName, run.files.stack),
    /** Present when `pulumi up` has ended well: {@link StackOutputs}. */
    outputs: join(run.files.stack, "outputs.json"),
    adminPassword: join(run.files.passwords, "admin"),
  };
}

/** Domains of the committed local stack that are zones at Cloudflare, and one for somebody else's server. */
export async function localZones(): Promise<string[]> {
  const config = await readSettingsFile(join(projectFolder, `Pulumi.${stackName}.yaml`));
  return [String(config["imera:zone"] ?? config["imera:domain"]), "peer.test"];
}

async function readSettingsFile(path: string): Promise<Record<string, unknown>> {
  const file = z.object({ config: z.record(z.string(), z.unknown()) });
  return file.parse(parse(await readFile(path, "utf8"))).config;
}

/** The CLI with the state of a stack of the run: its network's, or one beside it. */
export function stackCli(run: Run, toolchain: Toolchain, place: StackFolder = stackFiles(run)): PulumiCli {
  const { backend, passphrase } = place;
  const env = engineEnvironment({ toolchain, stateFolder: backend, passphraseFile: passphrase });
  return { command: toolchain.pulumi, env: proxyEnvironment(run, env), projectFolder };
}

/**
 * Makes the run's stack with its configuration and secrets. One that is there stays, and gets the settings that an earlier
 * version did not have.
 */
export async function prepareStack(cloud: RunningCloud, toolchain: Toolchain): Promise<void> {
  const { run } = cloud;
  const files = stackFiles(run);
  const cli = stackCli(run, toolchain);
  const { plain, secret } = generateStackSecrets();
  const settings = {
    stack: stackName,
    configFile: files.config,
    plain: { ...withFullNames(plain), ...platformSettings(run) },
    secret: { ...withFullNames(secret), ...platformSecrets(cloud.settings) },
  };
  if (existsSync(files.adminPassword)) return addMissing(cli, settings);
  await mkdir(run.files.passwords, { recursive: true, mode: 0o700 });
  // The committed settings, with what this run adds.
  await initStack(files, cli, join(projectFolder, `Pulumi.${stackName}.yaml`));
  await writeStackConfig(cli, settings);
  await writeFile(files.adminPassword, `${secret.adminPassword}\n`, { mode: 0o600 });
}

async function addMissing(cli: PulumiCli, settings: StackConfig & { readonly configFile: string }): Promise<void> {
  const present = await readSettingsFile(settings.configFile);
  const missing = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !(name in present)));
  const [plain, secret] = [missing(settings.plain), missing(settings.secret)];
  if (Object.keys({ ...plain, ...secret }).length > 0) await writeStackConfig(cli, { ...settings, plain, secret });
}

/** What a stack in the run has to know of its cloud: settings in full names. */
export function platformSettings(run: Run) {
  const { cloudIpv4, hostIpv4 } = run.addresses;
  return {
    "imera:sshNetworks": [`${hostIpv4}/32`],
    "imera:acmeDirectoryUrl": acmeDirectoryUrl,
    "digitalocean:apiEndpoint": `http://${cloudIpv4}:${digitaloceanApiPort}`,
    "digitalocean:spacesEndpoint": `http://{{.Region}}.${spacesDomain}`,
    "cloudflare:baseUrl": `http://${cloudIpv4}:${cloudflareApiPort}/client/v4`,
  };
}

/** The keys to the run's cloud, by the full names of a stack's settings. */
export function platformSecrets(settings: DaemonSettings) {
  return {
    "digitalocean:token": settings.digitaloceanToken,
    "digitalocean:spacesAccessId": settings.spacesAccessKey,
    "digitalocean:spacesSecretKey": settings.spacesSecretKey,
    "cloudflare:apiToken": settings.cloudflareToken,
  };
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
  await changeStack(files, cli, "up", report);
  const json = await runPulumi(cli, ["stack", "output", "--json", "--stack", stackName]);
  const outputs = stackOutputs.parse(JSON.parse(json));
  await writeFile(files.outputs, JSON.stringify(outputs), { mode: 0o600 });
  return outputs;
}

/** Whether a `pulumi up` was killed while it made something, before the network was ever complete. */
export async function wasInterrupted(run: Run, toolchain: Toolchain): Promise<boolean> {
  const files = stackFiles(run);
  if (existsSync(files.outputs) || !existsSync(files.adminPassword)) return false;
  const state = z.object({ deployment: z.object({ pending_operations: z.array(z.unknown()).nullish() }) });
  const exported = await runPulumi(stackCli(run, toolchain), ["stack", "export", "--stack", stackName]);
  return (state.parse(JSON.parse(exported)).deployment.pending_operations ?? []).length > 0;
}
