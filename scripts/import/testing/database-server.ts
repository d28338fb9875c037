import { spawn } from "node:child_process";
import { chmodSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { waitUntil, notYet } from "../../../host/wait-until.ts";

/** Database server of the distribution on a socket in a folder of its own. Disposing it ends it. */
export interface DatabaseServer extends AsyncDisposable {
  /** Folder of the socket. */
  readonly folder: string;
  /** Runs SQL in the database `openfire`, and resolves to what it selects: a row a line, with tabs between its values. */
  sql(statements: string): Promise<string>;
}

/** Starts PostgreSQL with a database `openfire`, by default in a folder that is gone at the end of the current test. */
export async function startPostgres(folder = temporaryFolder("database")): Promise<DatabaseServer> {
  chmodSync(folder, 0o777);
  const data = join(folder, "data");
  const [version = ""] = readdirSync("/usr/lib/postgresql").sort().reverse();
  const program = (name: string) => join("/usr/lib/postgresql", version, "bin", name);
  await execa("setpriv", [...asNobody, program("initdb"), "--username=openfire", "--auth=trust", `--pgdata=${data}`], {
    cwd: "/",
  });
  const settings = ["-c", "listen_addresses=", "-c", "fsync=off", "-k", folder, "-D", data];
  const sql = async (statements: string, database = "openfire") => {
    const plain = ["--quiet", "--tuples-only", "--no-align", "--field-separator=\t"];
    const args = [...plain, "--set=ON_ERROR_STOP=1", `--host=${folder}`, "--username=openfire", database];
    return (await execa(program("psql"), args, { input: statements })).stdout;
  };
  const server = await started([program("postgres"), ...settings], () => sql("SELECT 1", "postgres"));
  await sql("CREATE DATABASE openfire ENCODING 'UTF8' TEMPLATE template0", "postgres");
  return { ...server, folder, sql };
}

/** Starts MariaDB with a database `openfire`. */
export async function startMariadb(): Promise<DatabaseServer> {
  const folder = temporaryFolder("database");
  chmodSync(folder, 0o777);
  const socket = join(folder, "socket");
  const data = `--datadir=${join(folder, "data")}`;
  const own = ["--no-defaults", data, "--auth-root-authentication-method=normal", "--skip-test-db"];
  await execa("setpriv", [...asNobody, "mariadb-install-db", ...own], { cwd: "/", env: { TMPDIR: folder } });
  const sql = async (statements: string, database = "openfire") => {
    const plain = ["--batch", "--skip-column-names", "--default-character-set=utf8mb4"];
    const args = ["--no-defaults", ...plain, `--socket=${socket}`, "--user=root", database];
    return (await execa("mariadb", args, { input: statements })).stdout;
  };
  const settings = [
    "--no-defaults",
    data,
    `--tmpdir=${folder}`,
    `--socket=${socket}`,
    "--skip-networking",
    "--skip-log-bin",
  ];
  const server = await started(["mariadbd", ...settings], () => sql("SELECT 1", "mysql"));
  await sql("CREATE DATABASE openfire CHARACTER SET utf8mb4", "mysql");
  return { ...server, folder, sql };
}

/** Neither server runs as root. */
const asNobody = ["--reuid=nobody", "--regid=nogroup", "--clear-groups"];

async function started(command: readonly string[], probe: () => Promise<unknown>): Promise<AsyncDisposable> {
  const child = spawn("setpriv", [...asNobody, ...command], { cwd: "/", stdio: "ignore" });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const end = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  await waitUntil({
    what: `${command[0] ?? ""} to answer`,
    probe: () => probe().then(() => ({ value: true }), notYet),
    intervalMs: 200,
    timeoutMs: 60_000,
  }).catch(async (error: unknown) => {
    await end();
    throw error;
  });
  return { [Symbol.asyncDispose]: end };
}
