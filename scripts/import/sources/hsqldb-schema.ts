import { NotSql } from "./sql-values.ts";
import { columnOfToday, tableOfToday } from "./tables.ts";
import type { WorkingCopy } from "./working-copy.ts";

/** Columns of HSQLDB's tables by table, in the order of the values, with those that are kept as large objects. */
export interface HsqldbSchema {
  readonly columns: Map<string, string[]>;
  /** `table.column`, whose values are numbers of large objects in the file `.lobs`. */
  readonly lobColumns: Set<string>;
}

/** Change of rows that a statement asks for. */
export type Change = (copy: WorkingCopy) => void;

/** Reads what defines a table, such as CREATE TABLE, into the schema; gives the change of rows where there is one. Throws {@link NotSql}. */
export function definition(typed: string, schema: HsqldbSchema): Change | undefined {
  const text = asTyped(typed);
  if (/^CREATE /i.test(text)) tableCreation(text, schema);
  else if (/^ALTER TABLE /i.test(text)) tableChange(text, schema);
  else if (/^DROP TABLE /i.test(text)) return tableRemoval(text);
  return undefined;
}

/** What defines tables stands in the log as somebody typed it, with its line breaks. */
function asTyped(text: string): string {
  const typed = text.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return typed.trim().replaceAll(/\s+/g, " ");
}

/** An upgrade of Openfire removes tables, and a server that was killed after one has that in its log. */
function tableRemoval(text: string): Change {
  const [, name = ""] = /^DROP TABLE (?:IF EXISTS )?("?[\w."]+)/i.exec(text) ?? [];
  const table = tableOfToday(name);
  return (copy) => {
    copy.clear(table);
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
  const [, next] = /\sBEFORE ("[^"]+"|\w+)$/i.exec(text) ?? [];
  const place = next === undefined ? columns.length : columns.indexOf(columnOfToday(table, next));
  if (verb.toUpperCase() === "ADD") schema.columns.set(table, columns.toSpliced(place, 0, today));
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
