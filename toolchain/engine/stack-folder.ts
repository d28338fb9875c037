import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { type PulumiCli, runPulumi } from "./cli.ts";
import type { StackFiles } from "./stack.ts";

/** Folder with Pulumi.yaml. */
export const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

/** A stack of this project that keeps everything of its own in one folder. Absolute paths. */
export interface StackFolder extends StackFiles {
  /** State of the file backend. */
  readonly backend: string;
  /** File with the passphrase of the stack's secrets. */
  readonly passphrase: string;
}

/** Names the files that the stack `stack` of a local cloud has in `folder`. Makes nothing. */
export function stackFolder(stack: string, folder: string, runNumber: number): StackFolder {
  const inside = (name: string) => join(folder, name);
  return {
    stack,
    runNumber,
    workFolder: folder,
    configFile: inside(`Pulumi.${stack}.yaml`),
    backend: inside("backend"),
    passphrase: inside("passphrase"),
  };
}

/** Makes the folder's stack, with the settings of the file `settings` where one is given. A stack that exists stays. */
export async function initStack(place: StackFolder, cli: PulumiCli, settings?: string): Promise<void> {
  await mkdir(place.backend, { recursive: true, mode: 0o700 });
  if (!existsSync(place.passphrase)) {
    await writeFile(place.passphrase, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
  }
  // In a folder of its own, because `stack init` writes the stack's file beside Pulumi.yaml.
  await copyFile(join(projectFolder, "Pulumi.yaml"), join(place.workFolder, "Pulumi.yaml"));
  if (settings !== undefined) await copyFile(settings, place.configFile);
  if (await hasStack(place)) return;
  await runPulumi({ ...cli, projectFolder: place.workFolder }, ["stack", "init", place.stack, "--no-select"]);
}

/** Says whether the folder's stack was made. */
export async function hasStack({ backend }: Pick<StackFolder, "backend">): Promise<boolean> {
  const folder = join(backend, ".pulumi/stacks/imera");
  return existsSync(folder) && (await readdir(folder)).length > 0;
}
