import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { createGunzip } from "node:zlib";
import { readLines } from "./lines.ts";
import { readMysqldump } from "./mysqldump.ts";
import { readPgDump } from "./pg-dump.ts";
import { SourceError } from "./source-error.ts";
import { embeddedDatabase, readEmbeddedDatabase } from "./openfire-home.ts";
import { newWorkingCopy, type WorkingCopy } from "./working-copy.ts";

/** Source that has been read. Disposing it removes the working copy. */
export interface OpenedSource extends Disposable {
  readonly copy: WorkingCopy;
  /** Form of the source, for a person to read: `Openfire's embedded database`. */
  readonly form: string;
  /** Whether an export wrote it, and no database: an export has a person's name in the place of a password that it cannot read. */
  readonly isExport: boolean;
  /** Text of the server's conf/security.xml, where it stands beside the source. */
  readonly security: string | undefined;
  /** Remarks on how it was read, for the report. */
  readonly notes: readonly string[];
}

/** Finds out what is at `given`, and reads it. Throws a {@link SourceError} for what cannot be read. */
export async function openSource(given: string): Promise<OpenedSource> {
  const copy = newWorkingCopy();
  try {
    const found = await readInto(copy, given);
    return {
      copy,
      isExport: false,
      security: securityOf(given),
      ...found,
      [Symbol.dispose]: () => copy[Symbol.dispose](),
    };
  } catch (error) {
    copy[Symbol.dispose]();
    throw error;
  }
}

async function readInto(copy: WorkingCopy, given: string): Promise<{ form: string; notes: string[] }> {
  if (!existsSync(given)) {
    throw new SourceError({ file: given }, "there is no such file or folder", "Name one that is there.");
  }
  const embedded = embeddedDatabase(given);
  if (embedded !== undefined) {
    return { form: "Openfire's embedded database", notes: await readEmbeddedDatabase(embedded, copy) };
  }
  if (statSync(given).isDirectory()) throw unknown(given);
  return readDump(copy, given);
}

/** Programs that write a dump name themselves in its first lines. */
async function readDump(copy: WorkingCopy, file: string): Promise<{ form: string; notes: string[] }> {
  const head = await firstBytes(file);
  const lines = () =>
    readLines(isGzip(head) ? createReadStream(file).pipe(createGunzip()) : createReadStream(file), file);
  const start = isGzip(head) ? await unpackedStart(file) : head.toString("latin1");
  if (start.startsWith("PGDMP")) {
    const todo = "Turn it into text: pg_restore --file=dump.sql FILE. Name dump.sql then.";
    throw new SourceError({ file }, "it is pg_dump's own form (custom), and no text", todo);
  }
  if (/^-- PostgreSQL database (cluster )?dump/m.test(start)) {
    await readPgDump(lines(), file, copy);
    return { form: "dump of Openfire's PostgreSQL", notes: [] };
  }
  if (/^(-- (MySQL|MariaDB) dump|\/\*M?!)/m.test(start)) {
    await readMysqldump(lines(), file, copy);
    return { form: "dump of Openfire's MySQL or MariaDB", notes: [] };
  }
  throw unknown(file);
}

function unknown(file: string): SourceError {
  return new SourceError(
    { file },
    "it is no Openfire home and no dump of Openfire's database",
    "Name the folder that has embedded-db in it, or a file made by mysqldump or pg_dump.",
  );
}

function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

async function firstBytes(file: string): Promise<Buffer> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  return buffer.subarray(0, bytesRead);
}

async function unpackedStart(file: string): Promise<string> {
  for await (const chunk of createReadStream(file).pipe(createGunzip()) as AsyncIterable<Buffer>) {
    return chunk.toString("latin1", 0, headBytes);
  }
  return "";
}

const headBytes = 4096;

/** Openfire 5.1 and later keep there what the key of the passwords is derived with. */
function securityOf(given: string): string | undefined {
  const candidates = ["conf/security.xml", "../conf/security.xml", "../../conf/security.xml"];
  const file = candidates.map((name) => path.resolve(given, name)).find((candidate) => existsSync(candidate));
  return file === undefined ? undefined : readFileSync(file, "utf8");
}
