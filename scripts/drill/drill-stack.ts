import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readDaemonSettings } from "../../local/run/daemon-settings.ts";
import { cloudIsDown } from "../../local/run/require-cloud.ts";
import type { Run } from "../../local/run/run.ts";
import { localStack, platformSettings, stackCli } from "../../local/stack/stack.ts";
import { resourceTypes } from "../../toolchain/engine/resource-types.ts";
import { changeStack } from "../../toolchain/engine/run.ts";
import { hasStack, initStack, type StackFolder, stackFolder } from "../../toolchain/engine/stack-folder.ts";
import { type Deployment, pendingOperations, readDeployment, resources } from "../../toolchain/engine/state.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import { vendorNames } from "../../components/model/vendor-names.ts";
import { withFullNames } from "../../components/settings/names.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { writeStackConfig } from "../../toolchain/engine/stack-config.ts";
import { digitalocean } from "../network/cloud-api.ts";
import { explain } from "../../host/terminal/explain.ts";
import { type StackAccess, stackAccess } from "../network/stack-access.ts";
import { drillSettings } from "./settings.ts";
import type { DrillSource } from "./source.ts";
import { sweep } from "./sweep.ts";

/**
 * Draws a name for a new drill's stack, `drill-<6 hex digits>`, and gives its folder in the run's. Nothing is written.
 */
export function newDrillStack(run: Run): StackFolder {
  const name = `drill-${randomBytes(3).toString("hex")}`;
  return stackFolder(name, join(run.folder, name), run.number);
}

/** Finds the stacks that earlier drills left in the run. */
export async function drillStacks(run: Run): Promise<StackFolder[]> {
  const names = existsSync(run.folder) ? await readdir(run.folder) : [];
  return names
    .filter((name) => /^drill-[0-9a-f]{6}$/.test(name))
    .map((name) => stackFolder(name, join(run.folder, name), run.number));
}

/** Makes the stack with its settings and secrets, in a local cloud that runs. Nothing is built. */
export async function prepareDrillStack(
  place: StackFolder,
  { run, toolchain, source }: { readonly run: Run; readonly toolchain: Toolchain; readonly source: DrillSource },
): Promise<StackAccess> {
  const cli = stackCli(run, toolchain, place);
  const cloud = await cloudSettings(run);
  await mkdir(place.workFolder, { mode: 0o700 });
  await initStack(place, cli);
  const { plain, secret } = drillSettings(source, generateStackSecrets());
  await writeStackConfig(cli, {
    stack: place.stack,
    configFile: place.configFile,
    plain: { ...withFullNames(plain), ...platformSettings(run) },
    secret: {
      ...withFullNames(secret),
      "digitalocean:token": cloud.digitaloceanToken,
      "cloudflare:apiToken": cloud.cloudflareToken,
    },
  });
  return stackAccess({
    ...place,
    toolchain,
    cli,
    run,
    outside: { nameServers: [run.addresses.cloudIpv4], caBundle: run.files.caBundle },
  });
}

/** Stack of a drill that is to be removed. */
export interface DrillStackRemoval {
  readonly run: Run;
  readonly toolchain: Toolchain;
  readonly place: StackFolder;
  /** Writes a line for the operator. */
  readonly say: (line: string) => void;
}

/**
 * Removes the stack, all that was built of it, and its folder, whatever state it is in. Rejects when something is left. Says
 * what the engine could not remove, and what the cloud had that the stack's state did not know of.
 */
export async function removeDrillStack({ run, toolchain, place, say }: DrillStackRemoval): Promise<void> {
  const cloud = await cloudSettings(run);
  const stack = localStack(run, toolchain, place);
  const isMade = await hasStack(place);
  const volumeNames = isMade ? volumesIn(await readDeployment(stack)) : [];
  // What matters is what the cloud has: the sweep answers for it, also where the engine could not.
  if (isMade) {
    await changeStack(stack, "destroy", () => undefined).catch((error: unknown) => {
      say(`The engine could not remove all of ${place.stack}; going on with what the cloud says. ${explain(error)}`);
    });
  }
  const settings: Readonly<Record<string, string>> = {
    "digitalocean:token": cloud.digitaloceanToken,
    "digitalocean:apiEndpoint": platformSettings(run)["digitalocean:apiEndpoint"],
  };
  const api = await digitalocean({ setting: (name) => Promise.resolve(settings[name]) });
  const found = await sweep(api, { label: vendorNames(place.stack).tag, volumeNames: new Set(volumeNames) });
  if (found.length > 0) say(`Removed too, though the state of ${place.stack} did not know: ${found.join(", ")}.`);
  await rm(place.workFolder, { recursive: true, force: true });
}

async function cloudSettings(run: Run) {
  const settings = await readDaemonSettings(run);
  if (settings === undefined) throw cloudIsDown(run.number);
  return settings;
}

/** Names of the volumes in an exported state, those that were just being made among them. */
export function volumesIn(state: Deployment): string[] {
  return [...resources(state), ...pendingOperations(state).map(({ resource }) => resource)].flatMap(
    ({ type, inputs }) => {
      const name = inputs?.["name"];
      return type === resourceTypes.volume && typeof name === "string" ? [name] : [];
    },
  );
}
