import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { fullName, withFullNames } from "../../components/settings/names.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { stackSecretNames } from "../../components/settings/secrets.ts";
import { vendorKeys } from "../../components/settings/vendor-keys.ts";
import { localCommandLine, localRunVariable } from "../../host/terminal/advice.ts";
import type { PulumiCli } from "../../toolchain/engine/cli.ts";
import { engineEnvironment } from "../../toolchain/engine/environment.ts";
import { describeChanges, plannedChanges } from "../../toolchain/engine/plan.ts";
import { changeStack, InterruptedRun } from "../../toolchain/engine/run.ts";
import { type EngineStack, engineStack } from "../../toolchain/engine/stack.ts";
import { type StackConfig, writeStackConfig } from "../../toolchain/engine/stack-config.ts";
import { pendingOperations, readDeployment } from "../../toolchain/engine/state.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import { acmeDirectoryUrl } from "../acme/pebble.ts";
import { cloudflareApiPort, digitaloceanApiPort } from "../run/address-plan.ts";
import type { DaemonSettings } from "../run/daemon-settings.ts";
import { copyStore } from "../object-store/copy-store.ts";
import { spaces } from "../object-store/hosts.ts";
import { readSettingsFile, type TakenSettings, takeSettings } from "./edited-settings.ts";
import { proxyEnvironment } from "./proxy-environment.ts";
import type { Run } from "../run/run.ts";
import { stackName } from "./stack-name.ts";
import { initStack, projectFolder, type StackFolder, stackFolder } from "../../toolchain/engine/stack-folder.ts";
import type { RunningCloud } from "../run/running-cloud.ts";

/** Outputs of the program that the local cloud keeps, for `status`. */
export const stackOutputs = z.object({
  domain: z.string(),
  adminJid: z.string(),
  nodes: z.array(z.object({ name: z.string(), publicIpv4: z.string(), privateIpv4: z.string() })),
});
/** Outputs of the program that the local cloud keeps, for `status`. */
export type StackOutputs = z.infer<typeof stackOutputs>;

/** Names the files of a run's stack, in {@link RunFiles.stack}. */
export function stackFiles(run: Run) {
  return {
    ...stackFolder(stackName, run.files.stack, run.number),
    /** Present when `pulumi up` has ended well: {@link StackOutputs}. */
    outputs: join(run.files.stack, "outputs.json"),
    /** Record of the settings that were taken over from the repository's file. */
    taken: join(run.files.stack, "taken-settings.json"),
    adminPassword: join(run.files.passwords, "admin"),
  };
}

/** File with the settings that people edit: those that all local clouds share. */
const editedFile = join(projectFolder, `Pulumi.${stackName}.yaml`);

/** Lists the zones at Cloudflare: that of the committed local stack, and one for somebody else's server. */
export async function localZones(): Promise<string[]> {
  const config = await readSettingsFile(editedFile);
  return [String(config["imera:zone"] ?? config["imera:domain"]), "peer.test"];
}

/** Makes a CLI that has the state of a stack in the run: by default of the run's network. */
export function stackCli(run: Run, toolchain: Toolchain, place: StackFolder = stackFiles(run)): PulumiCli {
  const { backend, passphrase } = place;
  const env = engineEnvironment({ toolchain, stateFolder: backend, passphraseFile: passphrase });
  return {
    command: toolchain.pulumi,
    env: { ...proxyEnvironment(run, env), [localRunVariable]: String(run.number) },
    projectFolder,
  };
}

/** Opens a stack in the run for the engine: by default that of the run's network. */
export function localStack(run: Run, toolchain: Toolchain, place: StackFolder = stackFiles(run)): EngineStack {
  return engineStack(place, stackCli(run, toolchain, place));
}

/**
 * Makes the run's stack with its configuration and secrets. One that is there stays, and gets the settings that an earlier
 * version did not have, and those that were edited since. Resolves to what was edited.
 */
export async function prepareStack(cloud: RunningCloud, toolchain: Toolchain): Promise<TakenSettings> {
  const { run } = cloud;
  const files = stackFiles(run);
  const cli = stackCli(run, toolchain);
  const { plain, secret } = generateStackSecrets();
  const settings = {
    stack: stackName,
    configFile: files.configFile,
    plain: { ...withFullNames(plain), ...platformSettings(run) },
    secret: { ...withFullNames(secret), ...platformSecrets(cloud.settings) },
  };
  if (existsSync(files.adminPassword)) {
    await addMissing(cli, settings);
    return takeEdits(run);
  }
  await mkdir(run.files.passwords, { recursive: true, mode: 0o700 });
  // The committed settings, with what this run adds.
  await initStack(files, cli, editedFile);
  await writeStackConfig(cli, settings);
  await writeFile(files.adminPassword, `${secret.adminPassword}\n`, { mode: 0o600 });
  return takeEdits(run);
}

/**
 * Takes over what was edited in the repository's file of the local stack since the last time. Throws where it cannot be read,
 * or would change the domain.
 */
export function takeEdits(run: Run): Promise<TakenSettings> {
  const { configFile, taken } = stackFiles(run);
  return takeSettings(
    { edited: editedFile, stack: configFile, taken, runNumber: run.number },
    new Set([...ownSettings, ...Object.keys(platformSettings(run))]),
  );
}

/** Names of the settings that each run has values of its own for. */
const ownSettings: readonly string[] = [
  ...stackSecretNames.map(fullName),
  ...["provisioningPublicKey", "firstContactPublicKey"].map(fullName),
  ...Object.values(vendorKeys).map(({ setting }) => setting),
];

async function addMissing(cli: PulumiCli, settings: StackConfig & { readonly configFile: string }): Promise<void> {
  const present = await readSettingsFile(settings.configFile);
  const missing = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !(name in present)));
  const [plain, secret] = [missing(settings.plain), missing(settings.secret)];
  if (Object.keys({ ...plain, ...secret }).length > 0) await writeStackConfig(cli, { ...settings, plain, secret });
}

/** Plain settings by which a stack in the run reaches its cloud, by full name. */
export function platformSettings(run: Run) {
  const { cloudIpv4, hostIpv4 } = run.addresses;
  return {
    "imera:sshNetworks": [`${hostIpv4}/32`],
    "imera:acmeDirectoryUrl": acmeDirectoryUrl,
    // Resolvers elsewhere know nothing of the local zones.
    "imera:watchResolvers": [cloudIpv4],
    "imera:copyEndpoint": copyStore.endpoint,
    "imera:copyRegion": copyStore.region,
    "imera:copyBucket": copyStore.bucket,
    "digitalocean:apiEndpoint": `http://${cloudIpv4}:${digitaloceanApiPort}`,
    "digitalocean:spacesEndpoint": `http://{{.Region}}.${spaces.domain}`,
    "cloudflare:baseUrl": `http://${cloudIpv4}:${cloudflareApiPort}/client/v4`,
  };
}

/** Secret settings with which a stack in the run may use its cloud, by full name. */
function platformSecrets(settings: DaemonSettings) {
  return {
    "digitalocean:token": settings.digitaloceanToken,
    "digitalocean:spacesAccessId": settings.spacesAccessKey,
    "digitalocean:spacesSecretKey": settings.spacesSecretKey,
    "cloudflare:apiToken": settings.cloudflareToken,
  };
}

/**
 * Runs `pulumi up` on the run's stack and keeps its outputs. `report` gets a line for each resource that changed and each step
 * that a node did. Resolves to what was changed, on one screen.
 */
export async function buildNetwork(run: Run, toolchain: Toolchain, report: (line: string) => void): Promise<string> {
  const stack = localStack(run, toolchain);
  const { events } = await changeStack(stack, "up", report).catch((error: unknown) => {
    if (!(error instanceof InterruptedRun)) throw error;
    throw new Error(`${error.message}\nGo on with it: ${localCommandLine(run.number, "up")}`, { cause: error });
  });
  await keepOutputs(run, JSON.parse(await stack.pulumi("stack", "output", "--json")));
  return describeChanges(plannedChanges(events));
}

/** Keeps the outputs of the run's stack for `status`. Resolves to those that it keeps. Throws where some are missing. */
export async function keepOutputs(run: Run, outputs: unknown): Promise<StackOutputs> {
  const kept = stackOutputs.parse(outputs);
  await writeFile(stackFiles(run).outputs, JSON.stringify(kept), { mode: 0o600 });
  return kept;
}

/** Says whether a `pulumi up` was killed while it made something, before the network was ever complete. */
export async function wasInterrupted(run: Run, toolchain: Toolchain): Promise<boolean> {
  const files = stackFiles(run);
  if (existsSync(files.outputs) || !existsSync(files.adminPassword)) return false;
  return pendingOperations(await readDeployment(localStack(run, toolchain))).length > 0;
}
