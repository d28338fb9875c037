import type { Line } from "./lines.ts";
import { SourceError } from "./source-error.ts";
import { NotSql, parseRows, type SqlValue } from "./sql-values.ts";
import { columnOfToday, createdOnce, tableOfToday } from "./tables.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** Reads what pg_dump wrote as text, with COPY or with INSERT. Throws a {@link SourceError} that names the line. */
export async function readPgDump(lines: AsyncIterable<Line>, file: string, copy: WorkingCopy): Promise<void> {
  const dump: Dump = {
    ...{ columns: new Map(), creating: undefined, copying: undefined },
    ...{ statement: newStatement(), created: new Set(), isComplete: false },
  };
  let last = 0;
  for await (const line of lines) {
    last = line.number;
    try {
      readLine(line.text, dump, copy);
    } catch (error) {
      if (!(error instanceof NotSql)) throw error;
      throw new SourceError({ file, line: line.number }, `it is no row that pg_dump writes (${error.message})`, todo);
    }
  }
  const isInTable = dump.copying !== undefined || dump.statement.lines.length > 0;
  if (isInTable) throw new SourceError({ file, line: last }, "the dump ends in the middle of a table", todo);
  if (!dump.isComplete) {
    throw new SourceError({ file, line: last }, "the dump ends before its end, and is cut off", todo);
  }
  if (!dump.columns.has("ofuser")) {
    throw new SourceError({ file }, "no table of users is in it", "See whether it is Openfire's database.");
  }
  for (const [table, columns] of dump.columns) copy.columns.set(table, columns);
}

const todo = "Make the dump again: pg_dump --encoding=UTF8 DATABASE.";

interface Dump {
  readonly columns: Map<string, string[]>;
  /** Table whose columns are being listed. */
  creating: string | undefined;
  /** Table whose rows follow, a line each. */
  copying: { readonly table: string; readonly columns: readonly string[] } | undefined;
  /** INSERT that has no end yet: texts may have lines of their own. */
  statement: Statement;
  /** Tables that were created, by their names as they are typed. */
  readonly created: Set<string>;
  /** Whether pg_dump has said that it came to its end. */
  isComplete: boolean;
}

interface Statement {
  readonly lines: string[];
  quotes: number;
  characters: number;
}

const newStatement = (): Statement => ({ lines: [], quotes: 0, characters: 0 });
const mostCharacters = 64 * 1024 * 1024;

function readLine(text: string, dump: Dump, copy: WorkingCopy): void {
  if (dump.copying !== undefined) copyRow(text, dump, copy);
  else if (dump.statement.lines.length > 0 || text.startsWith("INSERT INTO ")) goOnInserting(text, dump, copy);
  else if (dump.creating !== undefined) readColumn(text, dump.creating, dump);
  else beginTable(text, dump);
}

function beginTable(text: string, dump: Dump): void {
  if (/^-- PostgreSQL database dump complete/.test(text)) dump.isComplete = true;
  const [, copied = "", list] = /^COPY (\S+) \(([^)]*)\) FROM stdin;$/i.exec(text) ?? [];
  if (list !== undefined) {
    const table = tableOfToday(copied);
    const columns = list.split(",").map((column) => columnOfToday(table, column.trim()));
    dump.columns.set(table, columns);
    dump.copying = { table, columns };
    return;
  }
  const [, created] = /^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\S+) \($/i.exec(text) ?? [];
  if (created === undefined) return;
  dump.creating = createdOnce(created, dump.created);
  dump.columns.set(dump.creating, []);
}

function readColumn(text: string, table: string, dump: Dump): void {
  const [, column] = /^\s+("[^"]+"|\w+)\s/.exec(text) ?? [];
  if (column !== undefined && column.toUpperCase() !== "CONSTRAINT") {
    dump.columns.get(table)?.push(columnOfToday(table, column));
  } else if (text.startsWith(")")) dump.creating = undefined;
}

function copyRow(text: string, dump: Dump, copy: WorkingCopy): void {
  const { table, columns } = dump.copying ?? { table: "", columns: [] };
  if (text === "\\.") {
    dump.copying = undefined;
    return;
  }
  const values = text.split("\t").map(copiedValue);
  if (values.length !== columns.length) {
    throw new NotSql(`${values.length} values for ${columns.length} columns of ${table}`);
  }
  copy.insert(table, columns, values);
}

function copiedValue(text: string): SqlValue {
  if (text === "\\N") return null;
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|[^])/g, (_, sign: string) => {
    if (/^x/.test(sign)) return String.fromCharCode(parseInt(sign.slice(1), 16));
    if (/^[0-7]/.test(sign)) return String.fromCharCode(parseInt(sign, 8));
    return controls[sign] ?? sign;
  });
}

const controls: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

function goOnInserting(text: string, dump: Dump, copy: WorkingCopy): void {
  const { statement } = dump;
  statement.lines.push(text);
  statement.quotes += (text.match(/'/g) ?? []).length;
  statement.characters += text.length;
  if (statement.characters > mostCharacters) throw new NotSql("a text in quotes has no end");
  if (statement.quotes % 2 !== 0 || !text.endsWith(";")) return;
  dump.statement = newStatement();
  insertRows(statement.lines.join("\n"), dump, copy);
}

function insertRows(statement: string, dump: Dump, copy: WorkingCopy): void {
  const [head, name = "", list] = /^INSERT INTO (\S+)(?: \(([^)]*)\))? VALUES\s*/i.exec(statement) ?? [];
  if (head === undefined) throw new NotSql("INSERT without VALUES");
  const table = tableOfToday(name);
  const columns =
    list?.split(",").map((column) => columnOfToday(table, column.trim())) ?? dump.columns.get(table) ?? [];
  if (!dump.columns.has(table)) dump.columns.set(table, [...columns]);
  const { rows, end } = parseRows(statement, head.length, "none");
  if (statement[end] !== ";") throw new NotSql("a row is followed by something else");
  for (const values of rows) {
    if (values.length !== columns.length) {
      throw new NotSql(`${values.length} values for ${columns.length} columns of ${table}`);
    }
    copy.insert(table, columns, values);
  }
}
