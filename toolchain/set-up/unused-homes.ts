import { existsSync } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Folders } from "./folders.ts";

const unusedAfterMs = 7 * 24 * 60 * 60 * 1000;

/** Notes that a `PULUMI_HOME` is in use. */
export async function noteUse({ pulumiHome }: Folders): Promise<void> {
  await writeFile(
    usePath(pulumiHome),
    "A set-up of the toolchain found or made this folder when this file was written.\n",
  );
}

/**
 * Removes the homes beside those of `kept` that no checkout used for a week: each edit of a stand-in makes one, and so does each
 * version of a part.
 */
export async function removeUnusedHomes(kept: readonly Folders[]): Promise<void> {
  for (const folder of new Set(kept.map(({ pulumiHome }) => path.dirname(pulumiHome)))) {
    for (const name of await readdir(folder)) {
      const home = path.join(folder, name);
      const isKept = kept.some(({ pulumiHome }) => pulumiHome === home);
      if (!isKept && /^[0-9a-f]{16}(-[0-9a-f]{16})?$/.test(name) && (await isUnused(home))) {
        await rm(home, { recursive: true, force: true });
      }
    }
  }
}

async function isUnused(home: string): Promise<boolean> {
  return Date.now() - (await lastUseMs(home)) > unusedAfterMs;
}

/** A home that an older version of this program made has no note: the engine's logs change there with each call. */
async function lastUseMs(home: string): Promise<number> {
  const note = usePath(home);
  const places = existsSync(note) ? [note] : [home, path.join(home, "logs")].filter((place) => existsSync(place));
  return Math.max(...(await Promise.all(places.map(async (place) => (await stat(place)).mtimeMs))));
}

function usePath(pulumiHome: string): string {
  return path.join(pulumiHome, "used");
}
