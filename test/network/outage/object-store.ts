import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { runNumbered } from "../../../local/run/run.ts";
import { testRunNumber } from "../cloud.ts";

/** One object's content as it lies on this machine's disk, behind the object store. */
export interface StoredObject {
  readonly key: string;
  readonly file: string;
  readonly sizeBytes: number;
}

/** Damage that a test did to an object; `undo` puts the object back as it was. */
export interface Damage {
  undo(): Promise<void>;
}

const version = z.object({
  key: z.string(),
  versionId: z.string(),
  isDeleteMarker: z.boolean(),
  sizeBytes: z.number(),
});

/** The newest version of each object whose key begins like this, the largest first. */
export async function storedObjects(prefix: string): Promise<StoredObject[]> {
  const newest = new Map<string, z.infer<typeof version> & { readonly file: string }>();
  for (const folder of await bucketFolders()) {
    for (const name of await readdir(folder)) {
      if (!name.endsWith(".json")) continue;
      const found = version.parse(JSON.parse(await readFile(join(folder, name), "utf8")));
      const known = newest.get(found.key);
      if (!found.key.startsWith(prefix) || (known !== undefined && known.versionId > found.versionId)) continue;
      newest.set(found.key, { ...found, file: join(folder, found.versionId) });
    }
  }
  const present = [...newest.values()].filter(({ isDeleteMarker }) => !isDeleteMarker);
  return present.toSorted((a, b) => b.sizeBytes - a.sizeBytes);
}

/** All that is stored, by key with size: equal before and after where nothing was written. */
export async function storeListing(): Promise<string[]> {
  return (await storedObjects("")).map(({ key, sizeBytes }) => `${key} ${sizeBytes}`).toSorted();
}

/** Inverts some bytes in the middle of an object. */
export async function flipBytes({ file }: StoredObject): Promise<Damage> {
  const content = await readFile(file);
  const middle = Math.floor(content.length / 2);
  const damaged = Buffer.from(content);
  for (let at = middle; at < Math.min(middle + 16, content.length); at += 1) damaged[at] = (content[at] ?? 0) ^ 0xff;
  await writeFile(file, damaged);
  return { undo: () => writeFile(file, content) };
}

/** Takes an object's content away, as a disk that lost a file. */
export async function loseObject({ file }: StoredObject): Promise<Damage> {
  await stat(file);
  await rename(file, `${file}.lost`);
  return { undo: () => rename(`${file}.lost`, file) };
}

async function bucketFolders(): Promise<string[]> {
  const { objects } = runNumbered(Number(testRunNumber())).files;
  const entries = await readdir(objects, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(objects, name, "objects"));
}
