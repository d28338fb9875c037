import { existsSync } from "node:fs";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { messageOf } from "../host/error.ts";
import { makeBundle, type MakeBundle } from "./set-up/bundle.ts";
import { pulumiDownloadHost, type DownloadHost } from "./set-up/download-host.ts";
import { withoutEngineLogs } from "./set-up/engine-logs.ts";
import { toolchainFolders, type Folders } from "./set-up/folders.ts";
import { withLock } from "../host/lock.ts";
import { ToolchainError, type Origin, type ToolchainPart } from "./set-up/part.ts";
import { placeFile } from "./set-up/place-file.ts";
import { partPlans, type PartPlan, type PlanContext } from "./set-up/plans.ts";
import { runCommand, type RunCommand } from "./set-up/run-command.ts";
import { digestOfSubstitutes } from "./set-up/substitute-sources.ts";
import { noteUse, removeUnusedHomes } from "./set-up/unused-homes.ts";
import { versions } from "./versions.ts";

export type { PartName, ToolchainPart } from "./set-up/part.ts";

/** A toolchain that is in place. */
export interface Toolchain {
  /** The `PULUMI_HOME` to run the engine with; `engineEnvironment` sets it. */
  readonly pulumiHome: string;
  /** The CLI's executable. */
  readonly pulumi: string;
  /** The Node that runs the stand-ins. */
  readonly nodePath: string;
  /** Node's compile cache for the stand-ins and the programs they run. */
  readonly compileCache: string;
  readonly parts: readonly ToolchainPart[];
}

/** All are optional; tests replace what reaches out. */
export interface SetUpOptions {
  /** Told what goes on, line by line. Default: lines on stderr. */
  readonly report?: (line: string) => void;
  /** Asks Pulumi's download host even if it was found silent within the last day. */
  readonly askAgain?: boolean;
  readonly downloadHost?: DownloadHost;
  readonly run?: RunCommand;
  readonly bundle?: MakeBundle;
  /** Puts a Go in place where a part has to be built and this machine may have none. Default: does nothing, so that its lack is an error. */
  readonly provideGo?: (report: (line: string) => void) => Promise<void>;
  /** Environment that XDG's folders are read from. Default: this process's environment. */
  readonly environment?: NodeJS.ProcessEnv;
}

// A machine that was offline for an hour should not work with stand-ins for ever, nor ask at every start.
const silenceHoldsMs = 24 * 60 * 60 * 1000;

// Time for a cold build of the CLI on a slow machine, twice over.
const lockedWork = { what: "Another set-up of the toolchain", timeoutMs: 60 * 60 * 1000 };

/**
 * Puts the toolchain in place for this user and returns it; at once when it is there already.
 *
 * Where Pulumi's download host answers, every part is the official one. Where it does not, the CLI is built from its Go
 * module, and stand-ins serve as language host and plugins, except for parts of which an official one is already in place.
 *
 * @throws ToolchainError that says which part failed, why, and what to do.
 */
export async function setUpToolchain(options: SetUpOptions = {}): Promise<Toolchain> {
  const {
    report = (line: string) => process.stderr.write(`${line}\n`),
    downloadHost = pulumiDownloadHost(versions),
    run = runCommand,
    bundle = makeBundle,
    environment = process.env,
    askAgain = false,
    provideGo = () => Promise.resolve(),
  } = options;
  const tools = { versions, run, bundle, report, provideGo };
  const official = await findHome(toolchainFolders(versions, environment), tools);
  if (official.origins.every((origin) => origin === "official")) return inUse(official);
  const digest = await digestOfSubstitutes();
  const own = await findHome(toolchainFolders(versions, environment, digest), tools);
  const silent = !askAgain && (await wasSilent(official.folders));
  if (silent && isComplete(own, official)) return inUse(own);
  await writable(official.folders);
  return withLock(path.join(official.folders.pulumiHome, "set-up.lock"), { ...lockedWork, report }, async () => {
    const answers = !silent && (await asksHost(downloadHost, official.folders));
    await removeUnusedHomes([official.folders, own.folders]);
    if (answers) return inUse(await installOfficial(official));
    await installSubstitutes(own, official, digest);
    return inUse(await findHome(own.folders, tools));
  });
}

/** A `PULUMI_HOME` with the plan and the origin of each part; no origin where the part is not in place. */
interface Home {
  readonly folders: Folders;
  readonly plans: readonly PartPlan[];
  readonly origins: readonly (Origin | undefined)[];
}

async function findHome(folders: Folders, tools: Omit<PlanContext, "folders">): Promise<Home> {
  const plans = partPlans({ ...tools, folders });
  return { folders, plans, origins: await Promise.all(plans.map((plan) => plan.find())) };
}

/** Tells whether all parts are there, and official where the official home has that part. */
function isComplete(own: Home, official: Home): boolean {
  return own.origins.every(
    (origin, index) => origin === "official" || (origin !== undefined && official.origins[index] !== "official"),
  );
}

async function installOfficial({ folders, plans }: Home): Promise<Home> {
  for (const plan of plans) {
    if ((await plan.find()) !== "official") await carryOut(plan, () => plan.installOfficial());
  }
  return { folders, plans, origins: plans.map(() => "official" as const) };
}

/** Puts own parts in place where there is no official one. */
async function installSubstitutes(own: Home, official: Home, digest: string): Promise<void> {
  for (const [index, plan] of own.plans.entries()) {
    const found = await plan.find();
    const adopted = official.origins[index] === "official" ? official.folders.executables[plan.part] : undefined;
    if (found === "official" || (found !== undefined && adopted === undefined)) continue;
    const place = own.folders.executables[plan.part];
    await carryOut(plan, () => (adopted === undefined ? plan.installSubstitute() : placeFile(adopted, place)));
  }
  if ((await digestOfSubstitutes()) === digest) return;
  await rm(own.folders.pulumiHome, { recursive: true });
  throw new ToolchainError("the toolchain", "its sources changed meanwhile.", "Run it again.");
}

async function carryOut({ part }: PartPlan, install: () => Promise<void>): Promise<void> {
  try {
    await install();
  } catch (error) {
    if (error instanceof ToolchainError) throw error;
    const why = messageOf(error);
    throw new ToolchainError(part, why, "Make room or rights where the message says, then run it again.", error);
  }
}

async function inUse(home: Home): Promise<Toolchain> {
  await noteUse(home.folders);
  await withoutEngineLogs(home.folders);
  return toolchain(home);
}

function toolchain({ folders, plans, origins }: Home): Toolchain {
  const parts = plans.map(({ part, version }, index): ToolchainPart => {
    const origin = origins[index];
    if (origin === undefined) throw new ToolchainError(part, "it vanished while it was set up.", "Run it again.");
    return { part, version, origin, path: folders.executables[part] };
  });
  const { pulumiHome, compileCache, executables } = folders;
  return { pulumiHome, compileCache, pulumi: executables.cli, nodePath: executables.node, parts };
}

async function writable({ pulumiHome }: Folders): Promise<void> {
  try {
    await mkdir(pulumiHome, { recursive: true });
  } catch (error) {
    const why = messageOf(error);
    throw new ToolchainError(
      "the toolchain",
      why,
      "Its folder is under XDG_DATA_HOME: point that to a place you may write.",
    );
  }
}

/** Asks the download host and notes its silence. */
async function asksHost(host: DownloadHost, folders: Folders): Promise<boolean> {
  const note = silenceNote(folders);
  const answers = await host.answers();
  if (answers) await rm(note, { force: true });
  else await writeFile(note, "Pulumi's download host did not answer when this file was written.\n");
  return answers;
}

async function wasSilent(folders: Folders): Promise<boolean> {
  const note = silenceNote(folders);
  return existsSync(note) && Date.now() - (await stat(note)).mtimeMs < silenceHoldsMs;
}

function silenceNote({ pulumiHome }: Folders): string {
  return path.join(pulumiHome, "download-host-silent");
}
