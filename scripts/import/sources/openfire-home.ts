import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileBytes } from "./file-bytes.ts";
import { readLog, readScript } from "./hsqldb.ts";
import type { HsqldbSchema } from "./hsqldb-schema.ts";
import { resolveLargeObjects } from "./large-objects.ts";
import { readLines } from "./lines.ts";
import { SourceError } from "./source-error.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** Finds the embedded database of an Openfire home, of its folder `embedded-db`, or of the `.script` itself; else undefined. */
export function embeddedDatabase(given: string): string | undefined {
  const bases = [
    ...(given.endsWith(".script") ? [given.slice(0, -".script".length)] : []),
    ...[path.join(given, "openfire"), path.join(given, "embedded-db/openfire")],
  ];
  // A server that was killed before its first stop has the log alone.
  return bases.find((base) => existsSync(`${base}.script`) || isLogOfDatabase(base));
}

function isLogOfDatabase(base: string): boolean {
  return existsSync(`${base}.log`) && existsSync(`${base}.properties`);
}

/** Reads an embedded database; `base` is its files' path without extension. Resolves to notes for the report. Throws a {@link SourceError}. */
export async function readEmbeddedDatabase(base: string, copy: WorkingCopy): Promise<string[]> {
  const properties = propertiesOf(`${base}.properties`);
  refuseHalfWritten(base, properties);
  const notes: string[] = [];
  const script = `${base}.script`;
  const schema: HsqldbSchema = existsSync(script)
    ? await readScript(readLines(fileBytes(script), script), script, copy)
    : { columns: new Map(), lobColumns: new Set() };
  const log = `${base}.log`;
  if (existsSync(log)) {
    notes.push(`read ${path.basename(log)}, too: the server ran when this was copied, or had no time to stop`);
    const isVersion1 = properties.get("version")?.startsWith("1.") ?? false;
    const torn = await readLog(readLines(fileBytes(log), log), log, copy, schema, isVersion1);
    if (torn !== undefined) notes.push(torn);
  } else if (properties.get("modified") === "yes") {
    throw new SourceError(
      { file: log },
      "it is missing, though the server did not stop in peace: the newest changes are in it",
      "Copy the whole folder embedded-db.",
    );
  }
  // Of a server that never stopped in peace, not even the tables are in the script.
  if (!schema.columns.has("ofuser")) {
    const todo = "See whether it is Openfire's own embedded database.";
    throw new SourceError({ file: script }, "no table of users is in it", todo);
  }
  for (const [table, columns] of schema.columns) copy.columns.set(table, columns);
  const objects = resolveLargeObjects(copy, schema.lobColumns, `${base}.lobs`);
  if (objects > 0) notes.push(`read ${objects} large objects of ${path.basename(base)}.lobs`);
  return notes;
}

/** A server that was killed while it wrote the database anew goes on with that at its next start. */
function refuseHalfWritten(base: string, properties: ReadonlyMap<string, string>): void {
  if (!/new-files$/.test(properties.get("modified") ?? "") || !existsSync(`${base}.script.new`)) return;
  throw new SourceError(
    { file: `${base}.script.new` },
    "the server was killed while it wrote its database anew, which is half in this file",
    "Start the old server once and stop it through its console, then copy the whole folder embedded-db.",
  );
}

/** Reads Java properties as HSQLDB writes them: `name=value`, a line each. */
function propertiesOf(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, "utf8").split(/\r?\n/);
  return new Map(
    lines.flatMap((line) => {
      const [, name, value] = /^([^#=]+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name.trim(), value.trim()] as const];
    }),
  );
}
