import type { DumpProgram } from "./dump-programs.ts";
import { SourceError } from "./source-error.ts";

/** Database of a running server, and the program that dumps it: in one read-only transaction, so that all is of one moment. */
export interface LiveDatabase {
  readonly kind: "PostgreSQL" | "MySQL or MariaDB";
  readonly program: DumpProgram;
}

/**
 * Finds the database that a URL names; undefined for what is no such URL. The password comes from where those programs look for it
 * themselves (PGPASSWORD or ~/.pgpass, MYSQL_PWD or ~/.my.cnf). Throws a {@link SourceError} for a URL that has a password in it, as all
 * users of this machine would see it, and for one that names no database.
 */
export function liveDatabase(given: string): LiveDatabase | undefined {
  const [, scheme = ""] = /^(postgres(?:ql)?|mysql|mariadb):\/\//.exec(given) ?? [];
  if (scheme === "") return undefined;
  // Without a host it is a socket's, which is no URL to others than these programs.
  const whole = given.replace(/^([a-z]+:\/\/(?:[^/@]*@)?)(?=\/)/, "$1localhost");
  if (!URL.canParse(whole)) {
    throw new SourceError({ file: given }, "it is no URL", `Write ${scheme}://USER@HOST/openfire.`);
  }
  const url = new URL(whole);
  const isPostgres = scheme.startsWith("postgres");
  if (url.password !== "" || /[?&](password|passfile|sslpassword)=/i.test(url.search)) {
    throw new SourceError(
      { file: given.slice(0, given.indexOf("://")) },
      "the URL has a password in it, which others on this machine can read while the import runs",
      `Take it out of the URL, and put it into ${isPostgres ? "PGPASSWORD or ~/.pgpass" : "MYSQL_PWD or ~/.my.cnf"}.`,
    );
  }
  const database = decodeURIComponent(url.pathname.slice(1));
  if (database === "") {
    throw new SourceError({ file: given }, "the URL names no database", `Add one: ${scheme}://USER@HOST/openfire.`);
  }
  if (isPostgres) return { kind: "PostgreSQL", program: postgresProgram(given) };
  return { kind: "MySQL or MariaDB", program: mysqlProgram(url, database, given) };
}

function postgresProgram(given: string): DumpProgram {
  const args = ["--encoding=UTF8", "--no-owner", "--no-privileges", "--no-password", `--dbname=${given}`];
  return { names: ["pg_dump"], args, package: "postgresql-client", source: given };
}

function mysqlProgram({ hostname, port, username }: URL, database: string, given: string): DumpProgram {
  const args = [
    ...["--single-transaction", "--quick", "--no-tablespaces", "--default-character-set=utf8mb4"],
    ...(hostname === "" ? [] : [`--host=${hostname.replace(/^\[(.*)\]$/, "$1")}`]),
    ...(port === "" ? [] : [`--port=${port}`]),
    ...(username === "" ? [] : [`--user=${decodeURIComponent(username)}`]),
    ...["--", database],
  ];
  return { names: ["mariadb-dump", "mysqldump"], args, package: "mariadb-client", source: given };
}
