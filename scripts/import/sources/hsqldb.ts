import type { Line } from "./lines.ts";
import { SourceError } from "./source-error.ts";
import { NotSql, parseRow, parseValue, type SqlValue } from "./sql-values.ts";
import { columnOfToday, tableOfToday } from "./tables.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** Columns of HSQLDB's tables by table, in the order of the values, with those that are kept as large objects. */
export interface HsqldbSchema {
  readonly columns: Map<string, string[]>;
  /** `table.column`, whose values are numbers of large objects in the file `.lobs`. */
  readonly lobColumns: Set<string>;
}

type Change = (copy: WorkingCopy) => void;

/** Reads an HSQLDB `.script`: the database as it was when it was last written as a whole. Throws a {@link SourceError}. */
export async function readScript(lines: AsyncIterable<Line>, file: string, copy: WorkingCopy): Promise<HsqldbSchema> {
  const schema: HsqldbSchema = { columns: new Map(), lobColumns: new Set() };
  for await (const line of lines) {
    const place = { file, line: line.number };
    try {
      statement(line.text, schema)?.(copy);
    } catch (error) {
      if (!(error instanceof NotSql)) throw error;
      throw new SourceError(place, `it is no statement that HSQLDB writes (${error.message})`, damaged);
    }
  }
  if (!schema.columns.has("ofuser")) {
    throw new SourceError(
      { file },
      "no table of users is in it",
      "See whether it is Openfire's own embedded database.",
    );
  }
  for (const [table, columns] of schema.columns) copy.columns.set(table, columns);
  return schema;
}

const damaged = "See whether the file is damaged, and copy it again.";

/**
 * Applies an HSQLDB `.log`: what changed since the `.script` was written. Changes that were not committed are left out. Resolves to
 * a note where the last line is torn. Throws a {@link SourceError} for any other line that is no statement.
 */
export async function readLog(
  lines: AsyncIterable<Line>,
  file: string,
  copy: WorkingCopy,
  schema: HsqldbSchema,
  isVersion1: boolean,
): Promise<string | undefined> {
  const log = { pending: new Map<string, Change[]>(), session: "", isAutomatic: isVersion1 };
  for await (const line of lines) {
    const [, session, text = ""] = /^(?:\/\*C(\d+)\*\/)?([^]*)$/.exec(line.text) ?? [];
    log.session = session ?? log.session;
    try {
      applyLogged(text, schema, copy, log);
    } catch (error) {
      if (!(error instanceof NotSql)) throw error;
      if (!line.isEnded) return `${file}, line ${line.number}: torn off, as after a power cut; left out`;
      throw new SourceError(
        { file, line: line.number },
        `it is no statement that HSQLDB writes (${error.message})`,
        damaged,
      );
    }
  }
  return undefined;
}

interface LogState {
  readonly pending: Map<string, Change[]>;
  session: string;
  isAutomatic: boolean;
}

function applyLogged(text: string, schema: HsqldbSchema, copy: WorkingCopy, log: LogState): void {
  const waiting = log.pending.get(log.session) ?? [];
  if (/^(COMMIT|SET AUTOCOMMIT TRUE)/i.test(text)) {
    for (const change of waiting) change(copy);
    log.pending.delete(log.session);
    log.isAutomatic ||= /^SET/i.test(text);
  } else if (/^SET AUTOCOMMIT FALSE/i.test(text)) {
    log.isAutomatic = false;
  } else if (/^ROLLBACK\s*;?$/i.test(text)) {
    log.pending.delete(log.session);
  } else {
    const change = statement(text, schema);
    if (change === undefined) return;
    if (log.isAutomatic) {
      change(copy);
    } else {
      waiting.push(change);
      log.pending.set(log.session, waiting);
    }
  }
}

/** Reads one statement: changes the schema at once, and gives the change of rows. Throws {@link NotSql}. */
function statement(text: string, schema: HsqldbSchema): Change | undefined {
  if (text.startsWith("INSERT INTO ")) return insertion(text, schema);
  if (text.startsWith("DELETE FROM ")) return deletion(text);
  if (text.startsWith("CREATE ")) {
    tableCreation(text, schema);
    return;
  }
  if (text.startsWith("ALTER TABLE ")) {
    tableChange(text, schema);
    return;
  }
  if (/^(SET|COMMIT|ROLLBACK|SAVEPOINT|GRANT|CALL|CONNECT|DISCONNECT|DROP|DECLARE|\/\*|$)/i.test(text)) {
    return undefined;
  }
  throw new NotSql("it begins with another word than those");
}

function insertion(text: string, schema: HsqldbSchema): Change {
  const [head, name = ""] = /^INSERT INTO ([^\s(]+)\s*VALUES\s*/i.exec(text) ?? [];
  if (head === undefined) throw new NotSql("INSERT without VALUES");
  const table = tableOfToday(name);
  const { values } = parseRow(text, head.length, "hsqldb");
  const columns = schema.columns.get(table) ?? systemColumns[table] ?? [];
  if (columns.length > 0 && columns.length !== values.length) {
    throw new NotSql(`${values.length} values for ${columns.length} columns of ${table}`);
  }
  return (copy) => {
    copy.insert(table, columns, values);
  };
}

/** Tables of HSQLDB's own whose creation it does not write down. */
const systemColumns: Readonly<Record<string, readonly string[]>> = {
  lob_ids: ["lob_id", "lob_length", "lob_usage_count", "lob_type"],
  lobs: ["block_addr", "block_count", "block_offset", "lob_id"],
};

function deletion(text: string): Change {
  const [head, name = ""] = /^DELETE FROM (\S+)(?: WHERE )?/i.exec(text) ?? [""];
  const table = tableOfToday(name);
  const columns: string[] = [];
  const values: SqlValue[] = [];
  for (let at = head.length; at < text.length;) {
    const [found, column = "", isNull] =
      /^\s*(?:AND )?\(?("[^"]+"|[\w.]+)\s*(?:=\s*|( IS NULL)\)?)/i.exec(text.slice(at)) ?? [];
    if (found === undefined) throw new NotSql("a condition is none");
    columns.push(columnOfToday(table, column));
    at += found.length;
    if (isNull !== undefined) values.push(null);
    else {
      const { value, end } = parseValue(text, at, "hsqldb");
      values.push(value);
      at = text[end] === ")" ? end + 1 : end;
    }
  }
  return (copy) => {
    copy.remove(table, columns, values);
  };
}

function tableCreation(text: string, schema: HsqldbSchema): undefined {
  const [, kind = "", name = "", body = ""] =
    /^CREATE (?:(MEMORY|CACHED|TEXT) )?TABLE ("?[\w."]+)\s*\(([^]*)\)/i.exec(text) ?? [];
  if (name === "") return;
  const table = tableOfToday(name);
  if (/^(cached|text)$/i.test(kind) && /^(of|jive|muc)/.test(table)) {
    throw new NotSql(`the table ${table} is kept in another file (${kind.toUpperCase()}), which cannot be read`);
  }
  const columns: string[] = [];
  for (const part of topLevelParts(body)) {
    const [, column = "", type = ""] = /^\s*("[^"]+"|\w+)\s+(\w+)/.exec(part) ?? [];
    if (column === "" || /^(constraint|primary|unique|foreign|check)$/i.test(column)) continue;
    columns.push(columnOfToday(table, column));
    if (/^(clob|blob)$/i.test(type)) schema.lobColumns.add(`${table}.${columnOfToday(table, column)}`);
  }
  schema.columns.set(table, columns);
}

function tableChange(text: string, schema: HsqldbSchema): undefined {
  const [, name = "", verb = "", column = "", type = ""] =
    /^ALTER TABLE (\S+) (ADD|DROP) (?:COLUMN )?("[^"]+"|\w+)\s*(\w*)/i.exec(text) ?? [];
  if (name === "" || /^(constraint|primary|unique|foreign|check)$/i.test(column)) return;
  const table = tableOfToday(name);
  const columns = schema.columns.get(table) ?? [];
  const today = columnOfToday(table, column);
  if (verb.toUpperCase() === "ADD") schema.columns.set(table, [...columns, today]);
  else {
    schema.columns.set(
      table,
      columns.filter((other) => other !== today),
    );
  }
  if (/^(clob|blob)$/i.test(type)) schema.lobColumns.add(`${table}.${today}`);
}

/** Splits what is between a table's brackets at its commas. */
function topLevelParts(body: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const sign of body) {
    if (sign === "(") depth++;
    if (sign === ")") depth--;
    if (sign === "," && depth === 0) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${sign}`);
  }
  return parts;
}
