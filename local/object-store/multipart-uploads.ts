import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { z } from "zod";

import { S3Error } from "./errors.ts";

const upload = z.strictObject({
  uploadId: z.string(),
  key: z.string(),
  headers: z.record(z.string(), z.string()),
  initiatedAt: z.iso.datetime(),
});
/** An upload in parts that is under way. */
export type Upload = z.infer<typeof upload>;

/** A part that has been uploaded. */
export interface Part {
  /** From 1 to 10,000. */
  readonly number: number;
  /** Hex digits of its MD5. */
  readonly etag: string;
  readonly sizeBytes: number;
  readonly lastModified: string;
  readonly file: string;
}

/** Uploads under way in one bucket, in files of one folder. They outlive a restart. */
export interface MultipartUploads {
  create(key: string, headers: Upload["headers"]): Promise<Upload>;
  list(): Promise<Upload[]>;
  /** Throws 404 when there is no such upload of `key`. */
  find(key: string, uploadId: string): Promise<Upload>;
  putPart(upload: Upload, number: number, body: Readable): Promise<Part>;
  parts(upload: Upload): Promise<Part[]>;
  remove(upload: Upload): Promise<void>;
}

/** Opens the uploads in `folder`; one that is not there is made. */
export async function openUploads(folder: string, now: () => Date): Promise<MultipartUploads> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const folderOf = ({ uploadId }: Pick<Upload, "uploadId">) => join(folder, uploadId);
  const read = async (uploadId: string) =>
    upload.parse(JSON.parse(await readFile(join(folder, uploadId, recordName), "utf8")));
  const list = async () => Promise.all((await readdir(folder)).map(read));
  return {
    async create(key, headers) {
      const made = { uploadId: randomBytes(16).toString("hex"), key, headers, initiatedAt: now().toISOString() };
      // Complete or not there: the folder gets its name last.
      const unfinished = await makeFolder(`${folder}.new-${made.uploadId}`);
      await writeFile(join(unfinished, recordName), JSON.stringify(made), { mode: 0o600 });
      await rename(unfinished, folderOf(made));
      return made;
    },
    list,
    async find(key, uploadId) {
      const found = (await list()).find((each) => each.key === key && each.uploadId === uploadId);
      if (found === undefined) throw new S3Error(404, "NoSuchUpload", "The specified upload does not exist.");
      return found;
    },
    putPart: (found, number, body) => putPart(folderOf(found), number, body),
    parts: (found) => readParts(folderOf(found)),
    remove: (found) => rm(folderOf(found), { recursive: true, force: true }),
  };
}

/** Computes the etag of an object made of these parts: the MD5 of their MD5s, and their number. */
export function etagOfParts(parts: readonly Part[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(etag, "hex");
  return `${hash.digest("hex")}-${parts.length}`;
}

/** Reads the parts' contents, one after the other. */
export function joinParts(parts: readonly Part[]): Readable {
  return Readable.from(contents(parts));
}

async function* contents(parts: readonly Part[]): AsyncGenerator<Buffer> {
  for (const { file } of parts) yield* createReadStream(file) as AsyncIterable<Buffer>;
}

const recordName = "upload.json";
const partName = /^(\d{5})\.([0-9a-f]{32})$/;

async function putPart(folder: string, number: number, body: Readable): Promise<Part> {
  const unfinished = join(folder, `${randomBytes(8).toString("hex")}.new`);
  const hash = createHash("md5");
  const hashed = async function* (source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
  try {
    await pipeline(body, hashed, createWriteStream(unfinished, { mode: 0o600 }));
    const etag = hash.digest("hex");
    const name = `${String(number).padStart(5, "0")}.${etag}`;
    const older = (await readParts(folder)).filter((part) => part.number === number && part.etag !== etag);
    await rename(unfinished, join(folder, name));
    for (const { file } of older) await rm(file, { force: true });
    return await describePart(folder, name);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function readParts(folder: string): Promise<Part[]> {
  const names = (await readdir(folder)).filter((name) => partName.test(name)).sort();
  return Promise.all(names.map((name) => describePart(folder, name)));
}

async function describePart(folder: string, name: string): Promise<Part> {
  const [, number = "", etag = ""] = partName.exec(name) ?? [];
  const file = join(folder, name);
  const { size, mtime } = await stat(file);
  return { number: Number(number), etag, sizeBytes: size, lastModified: mtime.toISOString(), file };
}

async function makeFolder(folder: string): Promise<string> {
  await mkdir(folder, { mode: 0o700 });
  return folder;
}
