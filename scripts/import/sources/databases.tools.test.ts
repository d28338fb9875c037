import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { startMariadb, startPostgres } from "../testing/database-server.ts";
import { openSource } from "./open-source.ts";

const names = ['It\'s \\ "Ж" ☃ 😀', "two\nlines\ttab", "\\N", "NULL", "", null, "back\\slash\\", "a;b,(c)', 'd"];

async function usersOf(given: string): Promise<unknown[]> {
  using source = await openSource(given);
  return source.copy.all("SELECT name FROM ofuser ORDER BY CAST(username AS INTEGER)").map(({ name }) => name);
}

function rows(escape: (text: string) => string): string {
  const values = names.map((name, index) => `('${index}', ${name === null ? "NULL" : `'${escape(name)}'`})`);
  const text = names.length.toString();
  return `CREATE TABLE ofUser (username VARCHAR(64) PRIMARY KEY, name VARCHAR(100));
    INSERT INTO ofUser VALUES ${values.join(", ")};
    CREATE TABLE ofVCard (username VARCHAR(64) PRIMARY KEY, vcard TEXT NOT NULL); INSERT INTO ofVCard VALUES ('${text}', '<vCard/>');`;
}

describe("a PostgreSQL", () => {
  it("is read as it runs, and in each form that pg_dump writes", async () => {
    await using server = await startPostgres();
    await server.sql(rows((text) => text.replaceAll("'", "''")));
    const url = `postgresql://openfire@/openfire?host=${encodeURIComponent(server.folder)}`;
    expect(await usersOf(url)).toEqual(names);
    const folder = temporaryFolder("dumps");
    for (const form of ["plain", "custom", "tar", "directory"]) {
      const file = join(folder, form);
      await execa("pg_dump", [`--format=${form}`, `--file=${file}`, `--dbname=${url}`]);
      expect(await usersOf(file), form).toEqual(names);
    }
    const inserts = join(folder, "inserts");
    await execa("pg_dump", ["--inserts", `--file=${inserts}`, `--dbname=${url}`]);
    expect(await usersOf(inserts)).toEqual(names);
  });

  it("that is not there, or a dump that is damaged, is refused in the program's own words", async () => {
    const folder = temporaryFolder("dumps");
    await expect(openSource(`postgresql://a@/b?host=${folder}`)).rejects.toThrow(/pg_dump fails: .*(socket|connect)/);
    const file = join(folder, "damaged");
    writeFileSync(file, "PGDMP\x01\x0e\x00");
    await expect(openSource(file)).rejects.toThrow(/damaged: pg_restore fails: /);
  });
});

describe("a MariaDB", () => {
  it("is read as it runs, and as mariadb-dump writes it", async () => {
    await using server = await startMariadb();
    await server.sql(rows((text) => text.replaceAll("\\", "\\\\").replaceAll("'", "''")));
    const home = temporaryFolder("dumps");
    // Where its socket is the program's own settings say: a URL has no place for it.
    writeFileSync(join(home, ".my.cnf"), `[client]\nsocket=${join(server.folder, "socket")}\n`);
    const own = process.env["HOME"];
    process.env["HOME"] = home;
    try {
      expect(await usersOf("mysql://root@localhost/openfire")).toEqual(names);
    } finally {
      process.env["HOME"] = own;
    }
    const file = join(home, "dump.sql");
    const words = ["--no-defaults", `--socket=${join(server.folder, "socket")}`, "--user=root"];
    for (const form of ["--extended-insert", "--skip-extended-insert", "--complete-insert", "--hex-blob"]) {
      await execa("mariadb-dump", [...words, form, `--result-file=${file}`, "openfire"]);
      expect(await usersOf(file), form).toEqual(names);
    }
  });
});
