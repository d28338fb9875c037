import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { nodeFiles, type NodeRoot, nodeRoot } from "../../../components/testing/node-root.ts";
import type { NodeSession } from "../../network/node/ssh.ts";
import { startPostgres, type DatabaseServer } from "./database-server.ts";

/** Node's own programs of an import, and of links for those without a password, beside a real PostgreSQL with ejabberd's tables, on this machine. What ejabberd would be asked answers "ok". */
export interface ImportNode {
  readonly root: NodeRoot;
  /** A login on the node. `answers`: the program is killed right after so many of them. */
  session(answers?: number): NodeSession;
  /** Answers that the program gave in the last session. */
  answered(): number;
  /** Rows that SQL selects, columns separated by tabs. */
  query(sql: string): Promise<string[]>;
}

/** Starts one PostgreSQL for all tests of a file, and makes a node beside it for each. Gives the current test's one. */
export function nodeForEachTest(): () => ImportNode {
  const folder = mkdtempSync(join(tmpdir(), "imera-database-"));
  let server: DatabaseServer;
  let node: ImportNode;
  beforeAll(async () => {
    server = await startPostgres(folder);
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    node = await newImportNode(server);
  });
  return () => node;
}

/** Makes the node, with no account in its database, which is emptied. It is gone at the end of the current test. */
export async function newImportNode(server: DatabaseServer): Promise<ImportNode> {
  const [version = ""] = readdirSync("/usr/lib/postgresql").sort().reverse();
  const psql = join("/usr/lib/postgresql", version, "bin/psql");
  const database = `host=${server.folder} user=openfire dbname=openfire`;
  const root = nodeRoot();
  const wrapper = root.write(
    "/usr/lib/postgresql/17/bin/psql",
    `#!/bin/bash\nexec ${psql} "\${@/#host=*/${database}}"\n`,
  );
  chmodSync(wrapper, 0o755);
  for (const there of ["/srv/imera/postgresql/17", "/run"]) mkdirSync(root.place(there), { recursive: true });
  root.write("/etc/default/ejabberd", "ERLANG_NODE=ejabberd@node\nERL_DIST_PORT=1\n");
  // Whoever is banned is, and each room is written; neither is in the database.
  root.fake("erl_call", 'grep -q ban_account && echo "{ok, banned}" || echo "{ok, written}"');
  await server.sql(
    "DROP SCHEMA IF EXISTS imera_import, imera CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public",
  );
  await server.sql(readFileSync(join(import.meta.dirname, "ejabberd-tables.sql"), "utf8"));
  await server.sql(readFileSync(join(nodeFiles, "usr/local/lib/imera/account/reset-links.sql"), "utf8"));
  let answered = 0;
  const run = (most: number): NodeSession["run"] => {
    answered = 0;
    return async (command, { stdin, input, onLine } = {}) => {
      const program = spawn("/usr/bin/python3", ["-B", join(nodeFiles, command)], {
        env: { ...process.env, PATH: `${root.place("/bin")}:${process.env["PATH"] ?? ""}`, IMERA_ROOT: root.path },
        stdio: ["pipe", "pipe", "pipe"],
      });
      // Of a program that was killed.
      program.stdin.on("error", () => undefined);
      if (input === undefined) program.stdin.end(stdin);
      else input.pipe(program.stdin);
      let [stdout, stderr] = ["", ""];
      program.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
      createInterface({ input: program.stdout }).on("line", (line) => {
        if (++answered > most) return;
        stdout += line;
        onLine?.(line);
        if (answered === most) program.kill("SIGKILL");
      });
      const exitCode = await new Promise<number>((resolve) => program.on("close", (code) => resolve(code ?? -1)));
      return { exitCode, stdout, stderr };
    };
  };
  return {
    root,
    session: (answers = Infinity) => ({
      stack: { stack: "test" },
      run: run(answers),
      forward: () => Promise.reject(new Error("no port is forwarded here")),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    }),
    answered: () => answered,
    query: async (sql) => (await server.sql(sql)).split("\n").filter((line) => line !== ""),
  };
}
