import { mkdir } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { notYet, waitUntil } from "../../host/wait-until.ts";
import type { OuterDatabase } from "./home.ts";

/** Database server for an Openfire. Disposing it ends it. */
export interface DatabaseServer extends AsyncDisposable {
  readonly database: OuterDatabase;
  /** Files that dumps of it are written to by name, each with the program and the words that write one to standard output. */
  readonly dumps: Readonly<Record<string, readonly [program: string, ...words: string[]]>>;
}

/** Starts a MariaDB of this machine's with an empty database, on loopback, in a new folder. */
export async function startMariadb(folder: string): Promise<DatabaseServer> {
  const port = 25306;
  const data = path.join(folder, "data");
  const socket = path.join(folder, "socket");
  const { stdout: program } = await execa("which", ["mariadbd"]);
  const base = `--basedir=${path.dirname(path.dirname(program))}`;
  await mkdir(folder, { recursive: true });
  const common = ["--no-defaults", base, `--datadir=${data}`, "--user=root"];
  await execa("mariadb-install-db", [...common, "--auth-root-authentication-method=normal", "--skip-test-db"]);
  const network = ["--bind-address=127.0.0.1", `--port=${port}`, `--socket=${socket}`];
  const character = ["--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci"];
  const server = execa(program, [...common, ...network, ...character], { reject: false, cleanup: true });
  const sql = (words: string) =>
    execa("mariadb", ["--no-defaults", `--socket=${socket}`, "--user=root", "--execute", words]);
  await untilItAnswers("MariaDB", () => sql("SELECT 1"));
  await sql(
    "CREATE DATABASE openfire; CREATE USER openfire@'%' IDENTIFIED BY 'secret'; GRANT ALL ON openfire.* TO openfire@'%'",
  );
  const dump = [`--no-defaults`, `--socket=${socket}`, "--user=root", "--default-character-set=utf8mb4", "openfire"];
  return {
    database: {
      dialect: "mysql",
      driver: "com.mysql.jdbc.Driver",
      url: `jdbc:mysql://127.0.0.1:${port}/openfire?rewriteBatchedStatements=true&useUnicode=true&characterEncoding=UTF-8`,
      user: "openfire",
    },
    dumps: {
      "mariadb.sql": ["mariadb-dump", ...dump],
      "mariadb-line-by-line.sql": [
        "mariadb-dump",
        ...dump,
        "--skip-extended-insert",
        "--complete-insert",
        "--hex-blob",
      ],
    },
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGTERM");
      await server;
    },
  };
}

/** Starts a PostgreSQL of this machine's with an empty database, on loopback, in a new folder; it does not run as root. */
export async function startPostgresql(folder: string): Promise<DatabaseServer> {
  const port = 25432;
  const data = path.join(folder, "data");
  await mkdir(folder, { recursive: true });
  await execa("chown", ["nobody:", folder]);
  const asNobody = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];
  const run = (...words: string[]) => execa("setpriv", [...asNobody, ...words], { cwd: folder });
  await run("initdb", `--pgdata=${data}`, "--username=openfire", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8");
  const options = ["-D", data, "-p", String(port), "-k", folder, "-h", "127.0.0.1"];
  const server = execa("setpriv", [...asNobody, "postgres", ...options], { reject: false, cleanup: true, cwd: folder });
  const address = ["--host=127.0.0.1", `--port=${port}`, "--username=openfire"];
  await untilItAnswers("PostgreSQL", () => execa("createdb", [...address, "openfire"]));
  return {
    database: {
      dialect: "postgresql",
      driver: "org.postgresql.Driver",
      url: `jdbc:postgresql://127.0.0.1:${port}/openfire`,
      user: "openfire",
    },
    dumps: {
      "postgresql.sql": ["pg_dump", ...address, "openfire"],
      "postgresql-inserts.sql": ["pg_dump", ...address, "--inserts", "openfire"],
      "postgresql-custom.dump": ["pg_dump", ...address, "--format=custom", "openfire"],
    },
    [Symbol.asyncDispose]: async () => {
      server.kill("SIGINT");
      await server;
    },
  };
}

async function untilItAnswers(what: string, ask: () => Promise<unknown>): Promise<void> {
  await waitUntil({
    what: `an answer of ${what}`,
    probe: () =>
      ask().then(
        () => ({ value: true }),
        (error: unknown) => notYet(String(error)),
      ),
    intervalMs: 200,
    timeoutMs: 60_000,
  });
}
