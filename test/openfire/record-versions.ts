import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { createTables, openfireTables } from "./schema.ts";
import {
  keySalt,
  monitoringTables,
  passwordKey,
  provenPassword,
  recordedVersions,
  unprovenPassword,
  versionStatements,
  type EncryptedPasswords,
  type RecordedVersion,
} from "./version-rows.ts";

/**
 * Records what Openfires of other versions would have left behind: their tables, made by the HSQLDB that each has, with passwords that
 * Java encrypts. Arguments: the versions to record, as `5.1`; all where there are none. Needs a JDK, and Maven with Maven Central.
 */
async function main(): Promise<void> {
  const work = await mkdtemp(path.join(tmpdir(), "recorded-versions-"));
  const wanted = process.argv.slice(2);
  for (const version of recordedVersions.filter(({ openfire }) => wanted.length === 0 || wanted.includes(openfire))) {
    const home = path.join(work, version.openfire);
    await makeDatabase(version, home, await fetchJar(version.hsqldb, work));
    const file = path.join(import.meta.dirname, `recorded/version-${version.openfire}.tar.gz`);
    await execa("tar", ["--create", "--gzip", `--file=${file}`, `--directory=${home}`, "embedded-db", "conf"]);
  }
  await rm(work, { recursive: true });
}

async function fetchJar(coordinates: string, work: string): Promise<string> {
  const folder = path.join(work, `jar-${coordinates.replaceAll(":", "-")}`);
  const words = ["--quiet", "dependency:copy", `-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`];
  await execa("mvn", words, { cwd: work });
  return `${folder}/*`;
}

async function makeDatabase(version: RecordedVersion, home: string, jar: string): Promise<void> {
  await mkdir(path.join(home, "conf"), { recursive: true });
  const kdf = version.hasPbkdf2 ? `<blowfish><kdf>pbkdf2</kdf><salt>${keySalt}</salt></blowfish>` : "";
  await writeFile(
    path.join(home, "conf/security.xml"),
    `<security><encrypt><algorithm>Blowfish</algorithm>${kdf}</encrypt></security>\n`,
  );
  const tables = [...openfireTables(version.schema), ...monitoringTables(version.schema)];
  // As the scripts of Openfire end; the older database by itself writes its log every twenty seconds.
  const delay = version.schema < 22 ? "SET WRITE_DELAY 1000 MILLIS" : "SET FILES WRITE DELAY 1000 MILLIS";
  const statements = [delay, ...createTables(tables, "hsqldb"), ...versionStatements(version, await encrypt(version))];
  const lines = statements.map((statement) => statement.replaceAll("\\", "\\\\").replaceAll("\n", "\\n"));
  const program = path.join(import.meta.dirname, "OldDatabase.java");
  const base = path.join(home, "embedded-db/openfire");
  await execa("java", ["-cp", jar, program, base, version.end], { input: `${lines.join("\n")}\n` });
}

/** After a change of the derivation an Openfire has passwords of both. */
async function encrypt({ hasPbkdf2, openfire }: RecordedVersion): Promise<EncryptedPasswords> {
  const newer = hasPbkdf2 ? keySalt : "sha1";
  return {
    proven: await encrypted(provenPassword, newer),
    unproven: await encrypted(unprovenPassword, openfire === "5.1" ? "sha1" : newer),
  };
}

async function encrypted(password: string, salt: string): Promise<string> {
  const program = path.join(import.meta.dirname, "EncryptPassword.java");
  const { stdout } = await execa("java", [program, passwordKey, salt, password]);
  return stdout.trim();
}

await main();
