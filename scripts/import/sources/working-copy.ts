import { DatabaseSync, type StatementSync } from "node:sqlite";
import { knownTables } from "./tables.ts";
import type { SqlValue } from "./sql-values.ts";

/** Row of a table by column, in lower case. Columns that a source does not have are null. */
export type CopiedRow = Readonly<Record<string, string | null>>;

/**
 * Working copy of a source: the tables of Openfire that are read, as text, in a database of this process's own. However large the
 * source is, memory stays small. The file has no name while it is in use: nothing of it is left when this process ends, however it ends.
 */
export interface WorkingCopy extends Disposable {
  /** Columns that the source has, by table. Tables that it lacks are empty. */
  readonly columns: Map<string, readonly string[]>;
  /** Rows that the source has, by table, also of tables that are not read. */
  readonly counts: Map<string, number>;
  /** Adds a row whose values stand in the order of `columns`; those of unknown tables and columns are only counted. */
  insert(table: string, columns: readonly string[], values: readonly SqlValue[]): void;
  /** Removes all rows that have these values, null too. */
  remove(table: string, columns: readonly string[], values: readonly SqlValue[]): void;
  /** Removes all rows of a table; does nothing for one that is not read. */
  clear(table: string): void;
  all(sql: string, ...values: readonly (string | number)[]): CopiedRow[];
  each(sql: string, ...values: readonly (string | number)[]): Iterable<CopiedRow>;
  run(sql: string, ...values: readonly (string | number | null)[]): void;
  /** Size of all that was read and kept. */
  sizeBytes(): number;
  /** Number that a query selects as its only column. */
  count(sql: string, ...values: readonly (string | number)[]): number;
}

/** Makes an empty working copy. */
export function newWorkingCopy(): WorkingCopy {
  const database = openUnnamed();
  for (const [table, columns] of Object.entries(knownTables)) {
    database.exec(`CREATE TABLE ${table} (${columns.map((column) => `${column} TEXT`).join(", ")})`);
  }
  for (const [table, columns] of indexes) {
    database.exec(`CREATE INDEX ${table}_${columns[0]} ON ${table} (${columns.join(", ")})`);
  }
  database.exec("CREATE INDEX ofmessagearchive_room ON ofmessagearchive (lower(tojid)) WHERE ispmforjid IS NULL");
  database.exec("BEGIN");
  const statements = new Map<string, StatementSync>();
  const prepared = (sql: string) => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const counts = new Map<string, number>();
  // Readers give all rows of a table with one list of columns.
  const insertions = new WeakMap<readonly string[], Insertion>();
  const prepareInsertion = (table: string, columns: readonly string[]): Insertion => {
    const kept = keptColumns(table, columns);
    const names = kept.map((index) => columns[index]).join(", ");
    const sql = `INSERT INTO ${table} (${names}) VALUES (${kept.map(() => "?").join(", ")})`;
    const insertion = { kept, statement: kept.length === 0 ? undefined : prepared(sql) };
    insertions.set(columns, insertion);
    return insertion;
  };
  return {
    columns: new Map(),
    counts,
    insert: (table, columns, values) => {
      counts.set(table, (counts.get(table) ?? 0) + 1);
      const { kept, statement } = insertions.get(columns) ?? prepareInsertion(table, columns);
      statement?.run(...kept.map((index) => wellFormed(values[index] ?? null)));
    },
    remove: (table, columns, values) => {
      const kept = keptColumns(table, columns);
      if (kept.length === 0) return;
      const conditions = kept.map((index) => `${columns[index] ?? ""} IS ?`).join(" AND ");
      const { changes } = prepared(`DELETE FROM ${table} WHERE ${conditions}`).run(
        ...kept.map((index) => wellFormed(values[index] ?? null)),
      );
      counts.set(table, (counts.get(table) ?? 0) - Number(changes));
    },
    clear: (table) => {
      if (knownTables[table] !== undefined) prepared(`DELETE FROM ${table}`).run();
      counts.set(table, 0);
    },
    all: (sql, ...values) => prepared(sql).all(...values) as CopiedRow[],
    each: (sql, ...values) => database.prepare(sql).iterate(...values) as Iterable<CopiedRow>,
    run: (sql, ...values) => void prepared(sql).run(...values),
    count: (sql, ...values) => Number(Object.values(prepared(sql).get(...values) ?? { none: 0 })[0]),
    sizeBytes: () => {
      const [row] = prepared("SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size").all();
      return Number(row?.["bytes"] ?? 0);
    },
    [Symbol.dispose]: () => database.close(),
  };
}

interface Insertion {
  readonly kept: readonly number[];
  /** Undefined where nothing of the table is read. */
  readonly statement: StatementSync | undefined;
}

/** Rows are looked up, and removed, by these: without an index each look-up would read the whole table. */
const indexes: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ["ofuser", ["username"]],
  ["ofuserscram", ["username"]],
  ["ofuserflag", ["username"]],
  ["ofroster", ["username"]],
  ["ofroster", ["rosterid"]],
  ["ofrostergroups", ["rosterid"]],
  ["ofvcard", ["username"]],
  ["ofoffline", ["username"]],
  ["ofprivate", ["username"]],
  ["ofprivacylist", ["username"]],
  ["ofpresence", ["username"]],
  ["ofgroupuser", ["groupname"]],
  ["ofgroupprop", ["groupname"]],
  ["ofmucroom", ["roomid"]],
  ["ofmucaffiliation", ["roomid"]],
  ["ofmucmember", ["roomid"]],
  ["ofmucconversationlog", ["roomid", "logtime"]],
  ["ofmessagearchive", ["sentdate"]],
  ["ofconparticipant", ["conversationid", "barejid"]],
  ["ofpubsubnode", ["serviceid", "nodeid"]],
  ["ofpubsubitem", ["serviceid", "nodeid"]],
  ["lobs", ["lob_id"]],
  ["lob_ids", ["lob_id"]],
];

/** A database without a name is one of SQLite's own temporary files, which no folder shows and which is gone when it is closed. */
function openUnnamed(): DatabaseSync {
  const database = new DatabaseSync("");
  database.exec(
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32000; PRAGMA temp_store = FILE",
  );
  return database;
}

function keptColumns(table: string, columns: readonly string[]): number[] {
  const known = knownTables[table] ?? [];
  return columns.flatMap((column, index) => (known.includes(column) ? [index] : []));
}

/** Neither SQLite's text nor PostgreSQL's has half a character. */
function wellFormed(value: SqlValue): SqlValue {
  return value === null ? null : value.toWellFormed();
}
