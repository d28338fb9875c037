import { closeSync, openSync, readSync } from "node:fs";
import { SourceError } from "./source-error.ts";
import type { WorkingCopy } from "./working-copy.ts";

/**
 * Puts the texts of HSQLDB's large objects, which are in the binary file `.lobs`, in the place of their numbers. `columns` are
 * `table.column`. Resolves to how many there were. Throws a {@link SourceError} where the file is missing or too short.
 */
export function resolveLargeObjects(copy: WorkingCopy, columns: Iterable<string>, file: string): number {
  const used = [...columns]
    .map((name) => name.split(".") as [string, string])
    .filter(([table, column]) => isRead(copy, table, column));
  if (used.every(([table]) => copy.count(`SELECT count(*) FROM ${table}`) === 0)) return 0;
  const descriptor = open(file);
  let resolved = 0;
  try {
    for (const [table, column] of used) {
      const rows = copy.all(`SELECT rowid AS row, ${column} AS lob FROM ${table} WHERE ${column} IS NOT NULL`);
      for (const { row, lob } of rows) {
        copy.run(
          `UPDATE ${table} SET ${column} = ? WHERE rowid = ?`,
          textOf(copy, descriptor, lob ?? "", file),
          Number(row),
        );
        resolved++;
      }
    }
  } finally {
    closeSync(descriptor);
  }
  return resolved;
}

/** HSQLDB's unit in that file, whatever `SET FILES LOB SCALE` says in Openfire's databases. */
const blockBytes = 32 * 1024;

const mostCharacters = 16 * 1024 * 1024;

function isRead(copy: WorkingCopy, table: string, column: string): boolean {
  return copy.all("SELECT name FROM pragma_table_info(?)", table).some(({ name }) => name === column);
}

function open(file: string): number {
  try {
    return openSync(file, "r");
  } catch {
    throw new SourceError(
      { file },
      "it is missing, and what people published (OMEMO keys, bookmarks, avatars) is in it",
      "Copy the whole folder embedded-db of the old server.",
    );
  }
}

function textOf(copy: WorkingCopy, descriptor: number, lob: string, file: string): string {
  const [found] = copy.all("SELECT lob_length FROM lob_ids WHERE lob_id = ?", lob);
  const characters = Number(found?.["lob_length"] ?? Number.NaN);
  if (!(Number.isSafeInteger(characters) && characters >= 0)) {
    throw damaged(file, `the object ${lob} is not in its list`);
  }
  if (characters > mostCharacters) throw damaged(file, `the object ${lob} is longer than anybody publishes`);
  const bytes = Buffer.alloc(characters * 2);
  const parts = copy.all("SELECT * FROM lobs WHERE lob_id = ? ORDER BY CAST(block_offset AS INTEGER)", lob);
  for (const part of parts) {
    const [start, size, place] = ["block_offset", "block_count", "block_addr"].map(
      (column) => Number(part[column] ?? Number.NaN) * blockBytes,
    ) as [number, number, number];
    const arePlaces = [start, size, place].every(
      (bytesInFile) => Number.isSafeInteger(bytesInFile) && bytesInFile >= 0,
    );
    if (!arePlaces) throw damaged(file, `nothing says where the object ${lob} is`);
    const length = Math.min(size, bytes.length - start);
    if (length <= 0) continue;
    const read = readSync(descriptor, bytes, start, length, place);
    if (read !== length) throw damaged(file, `it ends before the object ${lob} does`);
  }
  return bytes.swap16().toString("utf16le").toWellFormed();
}

function damaged(file: string, problem: string): SourceError {
  return new SourceError({ file }, problem, "Stop the old server, and copy the whole folder embedded-db again.");
}
