import { existsSync, lstatSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Folders } from "./folders.ts";

/**
 * Keeps the engine from a log of its own of each call: some 15 MB, compressed and encrypted, which take a fifth of a run's time. The
 * engine goes on without where a file is in the place of the folder. What it prints is kept all the same, with the stack.
 */
export async function withoutEngineLogs({ pulumiHome }: Pick<Folders, "pulumiHome">): Promise<void> {
  const place = path.join(pulumiHome, "logs");
  if (existsSync(place) && lstatSync(place).isFile()) return;
  await rm(place, { recursive: true, force: true });
  await writeFile(
    place,
    "No folder, so that the engine keeps no log of each call. To see what it would log: -v 9 --logtostderr\n",
  );
}
