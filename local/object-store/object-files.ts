import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";

import { createIndex, type ObjectIndex, objectVersion, type ObjectVersion } from "./object-index.ts";

/** The objects of one bucket: their contents and what is known of them, in files of one folder. */
export interface ObjectFiles {
  readonly index: ObjectIndex;
  /**
   * Stores a new version of `key` once `body` has been read to its end. Without `keepOlder`, the older ones are gone then.
   * Rejects with the body's error, and leaves all as it was.
   */
  put(object: NewObject, body: Readable, keepOlder: boolean): Promise<ObjectVersion>;
  /** Replaces the retention of one version. */
  retain(version: ObjectVersion, retention: NonNullable<ObjectVersion["retention"]>): Promise<void>;
  /** Hides the object behind a delete marker (`keepOlder`), or removes it. Resolves to the marker. */
  delete(key: string, keepOlder: boolean): Promise<ObjectVersion | undefined>;
  /** Removes one version for good. */
  deleteVersion(version: ObjectVersion): Promise<void>;
  /** Bytes of the content as it is in its file, which may have been damaged; undefined when the file is gone. */
  sizeOf(version: ObjectVersion): Promise<number | undefined>;
  /** The content from byte `start` to byte `end`, both included. Default: all. Rejects when its file is gone. */
  read(version: ObjectVersion, range?: { readonly start: number; readonly end: number }): Promise<Readable>;
}

/** Key and headers of an object to store. */
export interface NewObject {
  readonly key: string;
  /** Headers to give back with the object, in lower case. */
  readonly headers: ObjectVersion["headers"];
  /** Entity tag without quotes. Default: the MD5 of the content in hex. */
  readonly etag?: string;
  /** Object Lock of the version that is stored. */
  readonly retention?: ObjectVersion["retention"];
}

/** Opens the objects in `folder`; one that is not there is made. */
export async function openObjectFiles(folder: string, now: () => Date): Promise<ObjectFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const index = createIndex(await readVersions(folder));
  const nextId = versionIds(now);
  const contentOf = ({ versionId }: ObjectVersion) => join(folder, versionId);
  const recordOf = ({ versionId }: ObjectVersion) => join(folder, `${versionId}.json`);

  const add = async (version: ObjectVersion) => {
    await replaceFile(recordOf(version), JSON.stringify(version));
    index.add(version);
  };
  const remove = async (version: ObjectVersion) => {
    index.remove(version);
    await rm(recordOf(version), { force: true });
    await rm(contentOf(version), { force: true });
  };
  const removeAll = async (versions: readonly ObjectVersion[]) => {
    for (const version of versions) await remove(version);
  };
  return {
    index,
    async put({ key, headers, etag, retention }, body, keepOlder) {
      const unfinished = join(folder, `${randomBytes(8).toString("hex")}.new`);
      try {
        const { md5, sizeBytes } = await writeContent(unfinished, body);
        // Counted from the end of the upload: the last one to finish wins.
        const lock = retention === undefined ? {} : { retention };
        const version = { key, headers, etag: etag ?? md5, sizeBytes, isDeleteMarker: false, ...lock, ...nextId() };
        await rename(unfinished, contentOf(version));
        await add(version);
        if (!keepOlder) await removeAll(index.versions(key).slice(1));
        return version;
      } finally {
        await rm(unfinished, { force: true });
      }
    },
    async retain(version, retention) {
      index.remove(version);
      await add({ ...version, retention });
    },
    async delete(key, keepOlder) {
      if (!keepOlder) {
        await removeAll(index.versions(key));
        return undefined;
      }
      const marker = { key, headers: {}, etag: "", sizeBytes: 0, isDeleteMarker: true, ...nextId() };
      await add(marker);
      return marker;
    },
    deleteVersion: remove,
    async sizeOf(version) {
      try {
        return (await stat(contentOf(version))).size;
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
    async read(version, range) {
      const file = await open(contentOf(version));
      return file.createReadStream(range ?? {});
    },
  };
}

/** Ids that grow with time, also within one millisecond; a clock that is set back does not matter. */
function versionIds(now: () => Date) {
  let last = 0;
  return () => {
    const date = now();
    last = Math.max(last + 1, date.getTime() * 1000);
    return { versionId: last.toString(36).padStart(12, "0"), lastModified: date.toISOString() };
  };
}

async function readVersions(folder: string): Promise<ObjectVersion[]> {
  const names = await readdir(folder);
  const records = names.filter((name) => name.endsWith(".json"));
  return Promise.all(
    records.map(async (name) => objectVersion.parse(JSON.parse(await readFile(join(folder, name), "utf8")))),
  );
}

async function writeContent(file: string, body: Readable): Promise<{ md5: string; sizeBytes: number }> {
  const hash = createHash("md5");
  let sizeBytes = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(body, count, createWriteStream(file, { mode: 0o600 }));
  return { md5: hash.digest("hex"), sizeBytes };
}

async function replaceFile(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content, { mode: 0o600 });
  await rename(`${file}.new`, file);
}
