import type { Line } from "./lines.ts";
import { SourceError } from "./source-error.ts";
import { NotSql, parseRow, parseValue, type SqlValue } from "./sql-values.ts";
import { columnOfToday, tableOfToday } from "./tables.ts";
import { definition, type Change, type HsqldbSchema } from "./hsqldb-schema.ts";
import type { WorkingCopy } from "./working-copy.ts";

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
  if (/^\s*(CREATE|ALTER|DROP)\b/i.test(text)) return definition(text, schema);
  if (withoutRows.test(text)) return undefined;
  throw new NotSql("it begins with another word than those");
}

/** What all else begins with that HSQLDB writes: settings, users, rights, sequences. */
const withoutRows =
  /^(CALL|CHECKPOINT|COMMENT|COMMIT|CONNECT|DECLARE|DISCONNECT|GRANT|RELEASE|REVOKE|ROLLBACK|SAVEPOINT|SET|START|\/\*|$)/i;

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
