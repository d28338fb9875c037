import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { pgRestore, programBytes } from "./dump-programs.ts";
import { fileBytes, fileStart } from "./file-bytes.ts";
import { liveDatabase, type LiveDatabase } from "./live-database.ts";
import { readLines } from "./lines.ts";
import { readMysqldump } from "./mysqldump.ts";
import { readPgDump } from "./pg-dump.ts";
import { SourceError } from "./source-error.ts";
import { embeddedDatabase, readEmbeddedDatabase } from "./openfire-home.ts";
import { readOpenfireXml } from "./openfire-xml.ts";
import { portable } from "./portable-accounts.ts";
import { readPortableXml } from "./portable-xml.ts";
import { type OpenedTag, xmlEvents } from "./xml-events.ts";
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

/** How to read a source. */
export interface SourceOptions {
  /** Domain whose accounts are meant, where a source has those of several. */
  readonly fromDomain?: string | undefined;
}

/** Finds out what is at `given`, and reads it. Throws a {@link SourceError} for what cannot be read. */
export async function openSource(given: string, options: SourceOptions = {}): Promise<OpenedSource> {
  const copy = newWorkingCopy();
  try {
    const found = await readInto(copy, given, options);
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

interface Found {
  readonly form: string;
  readonly notes: string[];
  readonly isExport?: boolean;
}

async function readInto(copy: WorkingCopy, given: string, options: SourceOptions): Promise<Found> {
  const live = liveDatabase(given);
  if (live !== undefined) return readDump(copy, live.kind, programBytes(live.program), given);
  if (!existsSync(given)) {
    throw new SourceError({ file: given }, "there is no such file or folder", "Name one that is there.");
  }
  const embedded = embeddedDatabase(given);
  if (embedded !== undefined) {
    return { form: "Openfire's embedded database", notes: await readEmbeddedDatabase(embedded, copy) };
  }
  if (statSync(given).isDirectory()) {
    if (!existsSync(path.join(given, "toc.dat"))) throw elsewhere(given) ?? unknown(given);
    return readDump(copy, "PostgreSQL", programBytes(pgRestore(given)), given);
  }
  return readFileInto(copy, given, options);
}

/** Programs that write a dump name themselves in its first lines. */
async function readFileInto(copy: WorkingCopy, file: string, options: SourceOptions): Promise<Found> {
  const start = await fileStart(file);
  const packer = packers.find(([first]) => start.toString("latin1").startsWith(first))?.[1];
  if (packer !== undefined) throw new SourceError({ file }, `it is packed by ${packer}`, "Unpack it first.");
  const text = utf16Text(start) ?? start.toString("latin1").replace(/^\xef\xbb\xbf/, "");
  if (/^\s*</.test(text)) return readXml(copy, file, options);
  if (utf16Text(start) !== undefined) {
    const todo = "Have the program write the file itself: mysqldump --result-file FILE, pg_dump --file FILE.";
    throw new SourceError({ file }, "it is UTF-16, as PowerShell's > writes it", todo);
  }
  // Its own forms: custom, and tar.
  if (/^(PGDMP|toc\.dat\0)/.test(text)) return readDump(copy, "PostgreSQL", programBytes(pgRestore(file)), file);
  if (/^-- PostgreSQL database (cluster )?dump/m.test(text)) return readDump(copy, "PostgreSQL", fileBytes(file), file);
  if (/^(-- (MySQL|MariaDB) dump|\/\*M?!)/m.test(text)) {
    return readDump(copy, "MySQL or MariaDB", fileBytes(file), file);
  }
  throw unknown(file);
}

async function readDump(
  copy: WorkingCopy,
  kind: LiveDatabase["kind"],
  bytes: AsyncIterable<Buffer>,
  source: string,
): Promise<Found> {
  const read = kind === "PostgreSQL" ? readPgDump : readMysqldump;
  await read(readLines(bytes, source), source, copy);
  return { form: `${source.includes("://") ? "Openfire's" : "dump of Openfire's"} ${kind}`, notes: [] };
}

/** An export names itself by its outermost element. */
async function readXml(copy: WorkingCopy, file: string, { fromDomain }: SourceOptions): Promise<Found> {
  const root = await rootOf(file);
  if (root?.name === "server-data" && root.uri === portable) {
    const notes = await readPortableXml(file, copy, fromDomain);
    return { form: "export of accounts (XEP-0227)", notes, isExport: true };
  }
  if (root?.name === "Openfire") {
    await readOpenfireXml(file, copy);
    return { form: "export of Openfire's plugin User Import Export", notes: [], isExport: true };
  }
  throw new SourceError(root?.place ?? { file }, `it is XML of another kind: ${root?.name ?? "nothing"}`, exportTodo);
}

async function rootOf(file: string): Promise<OpenedTag | undefined> {
  for await (const events of xmlEvents(file)) {
    for (const event of events) if (event.kind === "open") return event;
  }
  return undefined;
}

const exportTodo = "Name an export of the plugin User Import Export, in either of its forms, or one by XEP-0227.";

/** Files that programs pack, by their first bytes; gzip's are read as they are. */
const packers: readonly (readonly [string, string])[] = [
  ["\xfd7zXZ\0", "xz"],
  ["BZh", "bzip2"],
  ["\x28\xb5\x2f\xfd", "zstd"],
  ["PK\x03\x04", "zip"],
  ["7z\xbc\xaf", "7-Zip"],
];

/** Gives the text of bytes that begin with UTF-16's mark. */
function utf16Text(start: Buffer): string | undefined {
  const [first, second] = start;
  if (first === 0xff && second === 0xfe) return new TextDecoder("utf-16le").decode(start);
  if (first === 0xfe && second === 0xff) return new TextDecoder("utf-16be").decode(start);
  return undefined;
}

function unknown(file: string): SourceError {
  return new SourceError(
    { file },
    "it is no Openfire home and no dump of Openfire's database, and no export of accounts",
    "Name the folder that has embedded-db in it, a file made by mysqldump or pg_dump, or an export as XML.",
  );
}

/** A home says in conf/openfire.xml where its database is; behind a question mark stand passwords. */
function elsewhere(home: string): SourceError | undefined {
  const file = path.join(home, "conf/openfire.xml");
  if (!existsSync(file)) return undefined;
  const [, address] = /<serverURL>\s*jdbc:([^\s?;<]+)/.exec(readFileSync(file, "utf8")) ?? [];
  if (address === undefined) return undefined;
  const todo = "Name that database instead, by URL (postgresql://USER@HOST/NAME, mysql://…), or a dump of it.";
  return new SourceError({ file }, `this server keeps its data in another database, ${address}`, todo);
}

/** Openfire 5.1 and later keep there what the key of the passwords is derived with. */
function securityOf(given: string): string | undefined {
  const candidates = ["conf/security.xml", "../conf/security.xml", "../../conf/security.xml"];
  const file = candidates.map((name) => path.resolve(given, name)).find((candidate) => existsSync(candidate));
  return file === undefined ? undefined : readFileSync(file, "utf8");
}
