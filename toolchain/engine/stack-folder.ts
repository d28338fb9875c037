import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { runSession } from "./session.ts";
import { type PulumiCli, runPulumi } from "./stack-config.ts";
import { endSession, lastLines } from "../../host/process.ts";

/** Folder with Pulumi.yaml. */
export const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** A stack of this project that keeps everything of its own in one folder. Absolute paths. */
export interface StackFolder {
  readonly stack: string;
  readonly folder: string;
  /** State of the file backend. */
  readonly backend: string;
  /** File with the passphrase of its secrets. */
  readonly passphrase: string;
  readonly config: string;
  readonly log: string;
  /** The engine that is at work; it leads a session. */
  readonly pulumiPid: string;
}

/** Where the stack `stack` keeps what in `folder`. Makes nothing. */
export function stackFolder(stack: string, folder: string): StackFolder {
  const inside = (name: string) => join(folder, name);
  return {
    stack,
    folder,
    backend: inside("backend"),
    passphrase: inside("passphrase"),
    config: inside(`Pulumi.${stack}.yaml`),
    log: inside("pulumi.log"),
    pulumiPid: inside("pulumi.pid"),
  };
}

/** Makes the folder's stack, with the settings of the file `settings` where one is given; one that is there stays. */
export async function initStack(place: StackFolder, cli: PulumiCli, settings?: string): Promise<void> {
  await mkdir(place.backend, { recursive: true, mode: 0o700 });
  if (!existsSync(place.passphrase)) {
    await writeFile(place.passphrase, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  }
  // In a folder of its own, because `stack init` writes the stack's file beside Pulumi.yaml.
  await copyFile(join(projectFolder, "Pulumi.yaml"), join(place.folder, "Pulumi.yaml"));
  if (settings !== undefined) await copyFile(settings, place.config);
  if (await hasStack(place)) return;
  await runPulumi({ ...cli, projectFolder: place.folder }, ["stack", "init", place.stack, "--no-select"]);
}

async function hasStack({ backend }: StackFolder): Promise<boolean> {
  const folder = join(backend, ".pulumi/stacks/imera");
  return existsSync(folder) && (await readdir(folder)).length > 0;
}

/**
 * Runs `pulumi up` or `pulumi destroy` on the stack. All it prints goes to the stack's log; `report` is told of each resource.
 * What a killed engine left is cleared away first. Throws with the last lines.
 */
export async function changeStack(
  place: StackFolder,
  cli: PulumiCli,
  command: "up" | "destroy",
  report: (line: string) => void,
): Promise<void> {
  await clearInterruption(place, cli);
  const options = ["--stack", place.stack, "--config-file", place.config, "--yes", "--skip-preview"];
  const session = {
    cli: { ...cli, projectFolder },
    args: [command, ...options, "--non-interactive", "--color", "never"],
    log: place.log,
    pidFile: place.pulumiPid,
  };
  const exitCode = await runSession(session, (line) => {
    const built = /^ [+~-]+ +\S+:(\S+) (\S+) (created|updated|replaced|deleted)/.exec(line);
    if (built !== null) report(`${built[1] ?? ""} ${built[2] ?? ""} ${built[3] ?? ""}`);
  });
  if (exitCode !== 0) {
    throw new Error(`pulumi ${command} failed. The last lines of ${place.log}:\n${await lastLines(place.log, 40)}`);
  }
}

/** An engine that was killed may live on, and leaves a lock behind. */
async function clearInterruption({ backend, pulumiPid, stack }: StackFolder, cli: PulumiCli): Promise<void> {
  await endSession(pulumiPid);
  const locks = join(backend, ".pulumi/locks");
  if (!existsSync(locks)) return;
  const left = (await readdir(locks, { recursive: true })).some((name) => name.endsWith(".json"));
  if (left) await runPulumi(cli, ["cancel", "--yes", "--stack", stack]);
}
