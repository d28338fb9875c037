import type { Line } from "./lines.ts";
import { SourceError } from "./source-error.ts";
import { NotSql, parseRows } from "./sql-values.ts";
import { columnOfToday, createdOnce, tableOfToday } from "./tables.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** Reads what mysqldump or mariadb-dump wrote. Throws a {@link SourceError} that names the line. */
export async function readMysqldump(lines: AsyncIterable<Line>, file: string, copy: WorkingCopy): Promise<void> {
  const dump: Dump = {
    ...{ columns: new Map(), creating: undefined, inserting: undefined },
    ...{ created: new Set(), hasComments: false, isComplete: false },
  };
  let last = 0;
  for await (const line of lines) {
    last = line.number;
    try {
      readLine(line.text, dump, copy);
    } catch (error) {
      if (!(error instanceof NotSql)) throw error;
      throw new SourceError({ file, line: line.number }, `it is no row that mysqldump writes (${error.message})`, todo);
    }
  }
  if (dump.inserting !== undefined) {
    throw new SourceError({ file, line: last }, "the dump ends in the middle of a table", todo);
  }
  if (dump.hasComments && !dump.isComplete) {
    throw new SourceError({ file, line: last }, "the dump ends before its end, and is cut off", todo);
  }
  if (!dump.columns.has("ofuser")) {
    throw new SourceError({ file }, "no table of users is in it", "See whether it is Openfire's database.");
  }
  for (const [table, columns] of dump.columns) copy.columns.set(table, columns);
}

const todo = "Make the dump again: mysqldump --single-transaction --default-character-set=utf8mb4 DATABASE.";

interface Dump {
  readonly columns: Map<string, string[]>;
  /** Table whose columns are being listed. */
  creating: string | undefined;
  /** Table whose rows go on in the next line, with the columns of its values. */
  inserting: { readonly table: string; readonly columns: readonly string[] } | undefined;
  /** Tables that were created, by their names as they are typed. */
  readonly created: Set<string>;
  /** Whether it was made with comments, the last of which says that it came to its end. */
  hasComments: boolean;
  isComplete: boolean;
}

function readLine(text: string, dump: Dump, copy: WorkingCopy): void {
  if (dump.inserting !== undefined) {
    insertRows(text, 0, dump, copy);
  } else if (dump.creating !== undefined) {
    const [, column] = /^\s*`([^`]+)`\s/.exec(text) ?? [];
    if (column !== undefined) dump.columns.get(dump.creating)?.push(columnOfToday(dump.creating, column));
    else if (/^\s*\)/.test(text)) dump.creating = undefined;
  } else {
    beginStatement(text, dump, copy);
  }
}

function beginStatement(text: string, dump: Dump, copy: WorkingCopy): void {
  dump.hasComments ||= /^-- (MySQL|MariaDB) dump/.test(text);
  dump.isComplete ||= text.startsWith("-- Dump completed");
  const [, created] = /^CREATE TABLE (?:IF NOT EXISTS )?(\S+) \($/i.exec(text) ?? [];
  if (created !== undefined) {
    dump.creating = createdOnce(created, dump.created);
    dump.columns.set(dump.creating, []);
    return;
  }
  const [head, name, list] = /^INSERT (?:IGNORE )?INTO (\S+)(?: \(([^)]*)\))? VALUES\s*/i.exec(text) ?? [];
  if (head === undefined || name === undefined) return;
  const table = tableOfToday(name);
  const listed = list?.split(",").map((column) => columnOfToday(table, column.trim()));
  dump.inserting = { table, columns: listed ?? dump.columns.get(table) ?? [] };
  if (head.length < text.length) insertRows(text, head.length, dump, copy);
}

function insertRows(text: string, start: number, dump: Dump, copy: WorkingCopy): void {
  const { table, columns } = dump.inserting ?? { table: "", columns: [] };
  const { rows, end } = parseRows(text, start, "backslash");
  for (const values of rows) {
    if (columns.length > 0 && values.length !== columns.length) {
      throw new NotSql(`${values.length} values for ${columns.length} columns of ${table}`);
    }
    copy.insert(table, columns, values);
  }
  if (text[end] === ";") dump.inserting = undefined;
  else if (end < text.length) throw new NotSql("a row is followed by something else");
}
