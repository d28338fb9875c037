import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";

/** Rows of a table by column, as a database of Openfire has them. */
export type OldRows = readonly Readonly<Record<string, string | number | null>>[];

/** Makes an Openfire home with an embedded database that holds these rows; gives its path. It is gone at the end of the current test. */
export function oldServer(tables: Readonly<Record<string, OldRows>>, log = ""): string {
  return writeOldServer(temporaryFolder("openfire"), tables, log);
}

/** Makes an Openfire home in an empty folder; gives the folder. */
export function writeOldServer(home: string, tables: Readonly<Record<string, OldRows>>, log = ""): string {
  const base = join(home, "embedded-db/openfire");
  mkdirSync(join(home, "embedded-db"));
  writeFileSync(`${base}.script`, hsqldbScript(tables));
  writeFileSync(`${base}.properties`, "#HSQL Database Engine 2.3.4\nversion=2.3.4\nmodified=no\n");
  if (log !== "") writeFileSync(`${base}.log`, log);
  return home;
}

/** Writes tables as HSQLDB does: what is created first, then the rows. Columns are those of the first row, and stand in its order. */
export function hsqldbScript(tables: Readonly<Record<string, OldRows>>): string {
  const all: Readonly<Record<string, OldRows>> = { ofUser: [], ...tables };
  const created = Object.entries(all).map(
    ([table, rows]) => `CREATE MEMORY TABLE PUBLIC.${table.toUpperCase()}(${columnsOf(rows).join(",")})`,
  );
  const inserted = Object.entries(all).flatMap(([table, rows]) =>
    rows.map((row) => `INSERT INTO ${table.toUpperCase()} VALUES(${Object.values(row).map(hsqldbValue).join(",")})`),
  );
  const head = ["SET DATABASE UNIQUE NAME HSQLDB55C0FFEE55", "CREATE SCHEMA PUBLIC AUTHORIZATION DBA"];
  return [...head, ...created, "SET SCHEMA PUBLIC", ...inserted, ""].join("\n");
}

function columnsOf([first = { USERNAME: "" }]: OldRows): string[] {
  return Object.keys(first).map((column) => `${column.toUpperCase()} VARCHAR(64) NOT NULL`);
}

/** Writes a value as HSQLDB does: what is no printable ASCII as `\uXXXX`, and so the backslash of what looks like that. */
export function hsqldbValue(value: string | number | null): string {
  if (typeof value !== "string") return String(value ?? "NULL");
  const escaped = value
    .replaceAll("\\u", "\\u005cu")
    .replaceAll(/[^\x20-\x7f]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .replaceAll("'", "''");
  return `'${escaped}'`;
}
