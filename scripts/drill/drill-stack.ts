import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { readIfThere } from "../../host/read-if-there.ts";
import type { Run } from "../../local/run/run.ts";
import { changeStack, initStack, type StackFolder, stackFolder } from "../../toolchain/engine/stack-folder.ts";
import { platformSettings, stackCli } from "../../local/stack/stack.ts";
import { readSettings } from "../../local/commands/up.ts";
import { resourceTypes } from "../../toolchain/engine/resource-types.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import { withFullNames } from "../../components/settings/names.ts";
import { generateStackSecrets } from "../../components/settings/new-secrets.ts";
import { runPulumi, writeStackConfig } from "../../toolchain/engine/stack-config.ts";
import { digitalocean } from "../network/cloud-api.ts";
import { type StackAccess, stackAccess } from "../network/stack-access.ts";
import { drillSettings } from "./settings.ts";
import type { DrillSource } from "./source.ts";
import { sweep } from "./sweep.ts";

/** Where a new drill in the run keeps its stack. */
export function newDrillStack(run: Run): StackFolder {
  const name = `drill-${randomBytes(3).toString("hex")}`;
  return stackFolder(name, join(run.folder, name));
}

/** The stacks of drills that the run still has. */
export async function drillStacks(run: Run): Promise<StackFolder[]> {
  const names = existsSync(run.folder) ? await readdir(run.folder) : [];
  return names
    .filter((name) => /^drill-[0-9a-f]{6}$/.test(name))
    .map((name) => stackFolder(name, join(run.folder, name)));
}

/** Makes the stack with its settings and secrets, in a local cloud that runs. Nothing is built. */
export async function prepareDrillStack(
  place: StackFolder,
  { run, toolchain, source }: { readonly run: Run; readonly toolchain: Toolchain; readonly source: DrillSource },
): Promise<StackAccess> {
  const cli = stackCli(run, toolchain, place);
  const cloud = await cloudSettings(run);
  await mkdir(place.folder, { mode: 0o700 });
  await initStack(place, cli);
  const { plain, secret } = drillSettings(source, generateStackSecrets());
  await writeStackConfig(cli, {
    stack: place.stack,
    configFile: place.config,
    plain: { ...withFullNames(plain), ...platformSettings(run) },
    secret: {
      ...withFullNames(secret),
      "digitalocean:token": cloud.digitaloceanToken,
      "cloudflare:apiToken": cloud.cloudflareToken,
    },
  });
  return stackAccess({
    stack: place.stack,
    toolchain,
    cli,
    configFile: place.config,
    run,
    workFolder: place.folder,
    outside: { nameServers: [run.addresses.cloudIpv4], caBundle: run.files.caBundle },
  });
}

/** Builds it, which restores the backup. Throws with what the engine complains of. */
export async function buildDrillStack(
  place: StackFolder,
  access: StackAccess,
  report: (line: string) => void,
): Promise<void> {
  try {
    await changeStack(place, access.cli, "up", report);
  } catch (error) {
    throw new Error(engineComplaints((await readIfThere(place.log)) ?? "") ?? String(error), { cause: error });
  }
}

/**
 * Removes the stack, all that was built of it, and its folder, whatever state it is in. Throws when something is left. Resolves
 * to the names of what its state did not know of.
 */
export async function removeDrillStack(run: Run, toolchain: Toolchain, place: StackFolder): Promise<string[]> {
  const cloud = await cloudSettings(run);
  const cli = stackCli(run, toolchain, place);
  const isMade = existsSync(join(place.backend, ".pulumi/stacks"));
  const volumeNames = isMade ? volumesIn(await runPulumi(cli, ["stack", "export", "--stack", place.stack])) : [];
  // What matters is what the cloud has: the sweep answers for it, also where the engine could not.
  if (isMade) await changeStack(place, cli, "destroy", () => undefined).catch(() => undefined);
  const settings: Readonly<Record<string, string>> = {
    "digitalocean:token": cloud.digitaloceanToken,
    "digitalocean:apiEndpoint": platformSettings(run)["digitalocean:apiEndpoint"],
  };
  const api = await digitalocean({ setting: (name) => Promise.resolve(settings[name]) });
  const found = await sweep(api, { label: `imera-${place.stack}`, volumeNames: new Set(volumeNames) });
  await rm(place.folder, { recursive: true, force: true });
  return found;
}

async function cloudSettings(run: Run) {
  const settings = await readSettings(run);
  if (settings === undefined) throw new Error(`Local cloud ${run.number} does not run. Bring it up: npm run local`);
  return settings;
}

const volumeForm = z.object({ type: z.string(), inputs: z.looseObject({ name: z.string().optional() }).optional() });
const stateForm = z.object({
  deployment: z.object({
    resources: z.array(volumeForm).nullish(),
    pending_operations: z.array(z.object({ resource: volumeForm })).nullish(),
  }),
});

/** Names of the volumes in an exported state, those that were just being made among them. */
export function volumesIn(json: string): string[] {
  const { resources, pending_operations: pending } = stateForm.parse(JSON.parse(json)).deployment;
  return [...(resources ?? []), ...(pending ?? []).map(({ resource }) => resource)].flatMap(({ type, inputs }) =>
    type === resourceTypes.volume && inputs?.name !== undefined ? [inputs.name] : [],
  );
}

/** The part of the engine's output that says what went wrong. */
export function engineComplaints(log: string): string | undefined {
  const start = log.lastIndexOf("\nDiagnostics:\n");
  if (start === -1) return undefined;
  const [, ...lines] = log.slice(start + 1).split("\n");
  const end = lines.findIndex((line) => /^(Outputs|Resources|Duration):/.test(line));
  const complaints = lines.slice(0, end === -1 ? undefined : end).filter((line) => line.trim() !== "");
  return complaints.length === 0 ? undefined : complaints.slice(-30).join("\n");
}
