import { existsSync } from "node:fs";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";

const unusedAfterMs = 7 * 24 * 60 * 60 * 1000;

/** Notes that a `PULUMI_HOME` of substitutes is in use. */
export async function noteUse(pulumiHome: string): Promise<void> {
  await writeFile(
    usePath(pulumiHome),
    "A set-up of the toolchain found or made this folder when this file was written.\n",
  );
}

/** Removes the homes of substitutes beside `pulumiHome` that no checkout used for a week: each edit of a stand-in makes one. */
export async function removeUnusedHomes(pulumiHome: string): Promise<void> {
  const folder = path.dirname(pulumiHome);
  for (const name of await readdir(folder)) {
    const home = path.join(folder, name);
    if (/^[0-9a-f]{16}-[0-9a-f]{16}$/.test(name) && (await isUnused(home))) await rm(home, { recursive: true });
  }
}

async function isUnused(home: string): Promise<boolean> {
  const note = usePath(home);
  return existsSync(note) && Date.now() - (await stat(note)).mtimeMs > unusedAfterMs;
}

function usePath(pulumiHome: string): string {
  return path.join(pulumiHome, "used");
}
