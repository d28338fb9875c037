import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { liveDatabase } from "./live-database.ts";
import { openSource, type OpenedSource } from "./open-source.ts";

const opened: OpenedSource[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source[Symbol.dispose]();
});

async function usersIn(dump: string | Buffer): Promise<unknown[]> {
  const file = join(temporaryFolder("dump"), "openfire.sql");
  writeFileSync(file, dump);
  const source = await openSource(file);
  opened.push(source);
  return source.copy
    .all("SELECT username, name, plainpassword FROM ofuser ORDER BY rowid")
    .map((row) => Object.values(row));
}

const mysql = (...lines: string[]) =>
  [
    "-- MariaDB dump 10.19",
    "DROP TABLE IF EXISTS `ofUser`;",
    "CREATE TABLE `ofUser` (",
    "  `username` varchar(64) NOT NULL,",
  ]
    .concat("  `plainPassword` varchar(32),", "  `name` varchar(100) DEFAULT NULL,", "  PRIMARY KEY (`username`),")
    .concat(
      "  KEY `ofUser_cDate_idx` (`name`)",
      ") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;",
      ...lines,
      "-- Dump completed",
      "",
    )
    .join("\n");

const postgres = (...lines: string[]) =>
  [
    "--",
    "-- PostgreSQL database dump",
    "--",
    "CREATE TABLE public.ofuser (",
    "    username character varying(64) NOT NULL,",
  ]
    .concat("    name character varying(100),", "    plainpassword character varying(32)", ");", ...lines)
    .concat("--", "-- PostgreSQL database dump complete", "--", "")
    .join("\n");

const strange = 'It\'s \\ "Ж" ☃ 😀 (a,b); NULL -- x';

describe("a dump of MySQL", () => {
  it.each([
    [
      "INSERT INTO `ofUser` VALUES ('a','p',NULL),('b','q','N');",
      [
        ["a", null, "p"],
        ["b", "N", "q"],
      ],
    ],
    [
      "INSERT INTO `ofUser` VALUES\n('a','p',NULL),\n('b','q','N');",
      [
        ["a", null, "p"],
        ["b", "N", "q"],
      ],
    ],
    ["INSERT INTO `ofUser` (`name`, `username`) VALUES ('N','a');", [["a", "N", null]]],
    [String.raw`INSERT INTO ofUser VALUES ('a','p','x\'y\\z\n\t\0\Z''"');`, [["a", "x'y\\z\n\t\0\u001a'\"", "p"]]],
    [String.raw`INSERT INTO ofUser VALUES ('a',_binary 'p\\','\\');`, [["a", "\\", "p\\"]]],
    ["INSERT INTO `ofUser` VALUES ('a',0x70,'');", [["a", "", "p"]]],
  ])("has the rows of %j", async (statement, users) => {
    expect(await usersIn(mysql(statement))).toEqual(users);
  });

  it.each([
    ["INSERT INTO `ofUser` VALUES ('a','p');", /line 10: .*2 values for 3 columns/],
    ["INSERT INTO `ofUser` VALUES ('a','p','no end);", /line 10: .*no end/],
    ["INSERT INTO `ofUser` VALUES ('a','p','N')", /line 11: it is no row/],
    ["INSERT INTO `ofUser` VALUES ('a','p','N') ('b','p','N');", /line 10: .*followed by something else/],
  ])("is refused by line: %j", async (statement, why) => {
    await expect(usersIn(mysql(statement))).rejects.toThrow(why);
  });
});

describe("a dump of PostgreSQL", () => {
  it.each([
    ["COPY public.ofuser (name, username, plainpassword) FROM stdin;\nN\ta\t\\N\n\\.", [["a", "N", null]]],
    [
      String.raw`COPY public.ofuser (username, name) FROM stdin;` + "\n" + String.raw`a	x\ty\nz\\N\b` + "\n\\.",
      [["a", "x\ty\nz\\N\b", null]],
    ],
    ["INSERT INTO public.ofuser VALUES ('a', 'it''s \\n', NULL);", [["a", "it's \\n", null]]],
    ["INSERT INTO public.ofuser VALUES ('a', 'two\nlines; ''x', NULL);", [["a", "two\nlines; 'x", null]]],
    [
      "INSERT INTO public.ofuser (username, plainpassword) VALUES ('a', 'p'), ('b', 'q');",
      [
        ["a", null, "p"],
        ["b", null, "q"],
      ],
    ],
    [
      `COPY public.ofuser (username, name) FROM stdin;\na\t${strange.replaceAll("\\", "\\\\")}\n\\.`,
      [["a", strange, null]],
    ],
  ])("has the rows of %j", async (statement, users) => {
    expect(await usersIn(postgres(statement))).toEqual(users);
  });

  it.each([
    ["COPY public.ofuser (username, name) FROM stdin;\na\tb\tc\n\\.", /line 10: .*3 values for 2 columns/],
    ["COPY public.ofuser (username, name) FROM stdin;\na\tb", /line 11: .*1 values for 2 columns/],
    ["INSERT INTO public.ofuser VALUES ('a', 'no end, NULL);", /the dump ends in the middle of a table/],
  ])("is refused by line: %j", async (statement, why) => {
    await expect(usersIn(postgres(statement))).rejects.toThrow(why);
  });

  it("is read where it is packed", async () => {
    const dump = postgres("INSERT INTO public.ofuser VALUES ('a', 'N', NULL);");
    expect(await usersIn(gzipSync(dump))).toEqual([["a", "N", null]]);
  });
});

describe("a database by URL", () => {
  it.each([
    ["postgresql://u:secret@db/openfire", /a password in it[^]*PGPASSWORD/],
    ["postgres://u@db/openfire?password=secret", /a password in it/],
    ["mysql://u:secret@db/openfire", /a password in it[^]*MYSQL_PWD/],
    ["mariadb://u@db/", /names no database. Add one: mariadb:/],
  ])("is refused, and no password shown: %s", async (url, why) => {
    const words = String(await openSource(url).catch((error: unknown) => error));
    expect(words).toMatch(why);
    expect(words).not.toContain("secret");
  });

  it.each([
    ["mysql://o%40x@[::1]:3307/open%66ire", ["--host=::1", "--port=3307", "--user=o@x", "--", "openfire"]],
    ["mariadb://db.test/openfire", ["--host=db.test", "--", "openfire"]],
  ])("is dumped as it says: %s", (url, args) => {
    expect(liveDatabase(url)?.program.args.slice(4)).toEqual(args);
  });

  it("is named where a home has its data there", async () => {
    const home = temporaryFolder("home");
    mkdirSync(join(home, "conf"));
    const address = "jdbc:mysql://db:3306/openfire?user=o&amp;password=secret";
    writeFileSync(join(home, "conf/openfire.xml"), `<jive><serverURL>${address}</serverURL></jive>`);
    await expect(openSource(home)).rejects.toThrow(/in another database, mysql:\/\/db:3306\/openfire\. /);
  });
});

describe("what is no dump of an Openfire", () => {
  it.each(["", "hello", "SQLite format 3"])("is refused: %j", async (content) => {
    await expect(usersIn(content)).rejects.toThrow(/it is no Openfire home and no dump/);
  });

  it("is refused where another program's database is in it", async () => {
    await expect(usersIn(postgres().replaceAll("ofuser", "accounts"))).rejects.toThrow(/no table of users is in it/);
    await expect(usersIn(mysql().replaceAll("ofUser", "accounts"))).rejects.toThrow(/no table of users is in it/);
  });
});
