import { chmod, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { execa } from "execa";
import { logInAtOld } from "./client.ts";
import { type DatabaseServer, startMariadb, startPostgresql } from "./databases.ts";
import { fillServer } from "./fill.ts";
import { fillWaiting } from "./fill-belongings.ts";
import { makeHome, oldDomain } from "./home.ts";
import { lockedOut, oldPeople, oldPerson } from "./people.ts";
import { startOldServer } from "./server.ts";
import { type AccountSeen, seenBy } from "./view.ts";

/**
 * Records a real Openfire 4.2.0: starts it, has a client fill it as people would, and keeps what is in its home while it runs, after it
 * was killed, and after it was stopped; what its people see there; and dumps of the same server on PostgreSQL and MariaDB. Needs root, a
 * JDK, Maven with Maven Central, and both database servers.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { jars: { type: "string" } } });
  const work = await mkdtemp(path.join(tmpdir(), "recorded-openfire-"));
  await chmod(work, 0o755);
  const jars = values.jars ?? (await fetchJars(work));
  await mkdir(recorded, { recursive: true });
  await recordHome(path.join(work, "home"), jars);
  await recordDumps(path.join(work, "postgresql"), startPostgresql, jars);
  await recordDumps(path.join(work, "mariadb"), startMariadb, jars);
  await rm(work, { recursive: true });
}

const recorded = path.join(import.meta.dirname, "recorded");

async function fetchJars(work: string): Promise<string> {
  const folder = path.join(work, "jars");
  await cp(new URL("pom.xml", import.meta.url), path.join(work, "pom.xml"));
  await execa("mvn", ["--quiet", "dependency:copy-dependencies", `-DoutputDirectory=${folder}`], { cwd: work });
  return folder;
}

async function recordHome(home: string, jars: string): Promise<void> {
  await makeHome(home);
  const running = await startOldServer(home, jars);
  await fillServer(running);
  await keepHome(home, "running");
  await leaveMore();
  await setTimeout(writtenAfterMs);
  await running.kill();
  await keepHome(home, "killed");
  const last = await startOldServer(home, jars);
  await writeFile(path.join(recorded, "seen.json"), `${JSON.stringify(await seenByAll(), undefined, 1)}\n`);
  await last.stop();
  await keepHome(home, "stopped");
}

/** Does what only the killed server has: its newest changes. */
async function leaveMore(): Promise<void> {
  await using romeo = await logInAtOld("romeo", oldPerson("romeo").password);
  await fillWaiting(romeo);
}

/** The server writes what was said in rooms with a delay, and its database what was changed with another one. */
const writtenAfterMs = 8000;

async function keepHome(home: string, state: string): Promise<void> {
  const packed = ["--create", "--gzip", `--file=${path.join(recorded, `${state}.tar.gz`)}`, `--directory=${home}`];
  await execa("tar", [...packed, "embedded-db", "conf/security.xml"]);
}

async function seenByAll(): Promise<Record<string, AccountSeen>> {
  const seen: Record<string, AccountSeen> = {};
  for (const { user, password } of oldPeople) {
    if (lockedOut.includes(user)) continue;
    const session = await logInAtOld(user, password, false);
    seen[user] = await seenBy((element, to) => session.get(element, to), oldDomain);
  }
  return seen;
}

async function recordDumps(
  folder: string,
  start: (folder: string) => Promise<DatabaseServer>,
  jars: string,
): Promise<void> {
  await using server = await start(folder);
  const home = `${folder}-home`;
  await makeHome(home, server.database);
  const running = await startOldServer(home, jars);
  await fillServer(running);
  await running.stop();
  for (const [name, [program, ...words]] of Object.entries(server.dumps)) {
    const { stdout } = await execa(program, words, { encoding: "buffer" });
    await writeFile(path.join(recorded, `${name}.gz`), gzipSync(stdout));
  }
}

await main();
