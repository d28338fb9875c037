import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { hsqldbScript } from "../testing/old-server.ts";
import { openSource } from "./open-source.ts";

/** Opens a source that is refused; resolves to the words. */
async function refusal(source: string): Promise<string> {
  const opened = await openSource(source).catch((error: unknown) => error);
  if (opened instanceof Error) return opened.message;
  throw new Error("It was not refused.");
}

function fileOf(content: string | Buffer, name = "dump.sql"): string {
  const file = join(temporaryFolder("hostile"), name);
  writeFileSync(file, content);
  return file;
}

const mysql = (...lines: string[]) =>
  ["-- MySQL dump 10.13", "CREATE TABLE `ofUser` (", "  `username` varchar(64),", "  `name` text", ");", ...lines].join(
    "\n",
  );
const postgres = (...lines: string[]) =>
  ["-- PostgreSQL database dump", "CREATE TABLE public.ofuser (", "    username text,", "    name text", ");", ...lines]
    .join("\n")
    .concat("\n");
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
const endless = (head: string) =>
  gzipSync(Buffer.concat([Buffer.from(head), Buffer.alloc(66 << 20, "x")]), { level: 1 });

describe("a dump of MySQL", () => {
  it.each<[string, string | Buffer, RegExp]>([
    ["that is cut off between two rows", mysql("INSERT INTO `ofUser` VALUES ('a','A');", ""), /line 6: .*is cut off/],
    ["that is cut off between two tables", mysql("CREATE TABLE `ofRoster` (", "  `jid` text"), /line 7: .*is cut off/],
    ["that is cut off in a row", mysql("INSERT INTO `ofUser` VALUES ('a','A"), /line 6: .*has no end/],
    ["that is cut off and packed", gzipSync(mysql("-- Dump completed")).subarray(0, 60), /damaged or cut off/],
    ["of two databases", mysql("USE `other`;", mysql("-- Dump completed")), /line 8: .*second table ofUser/],
    [
      "as PowerShell writes it",
      utf16(mysql("-- Dump completed")),
      /UTF-16, as PowerShell's > writes it\. .*--result-file/,
    ],
    [
      "in Latin-1",
      Buffer.from(mysql("INSERT INTO `ofUser` VALUES ('M\xfcller','');"), "latin1"),
      /line 6: it is not UTF-8/,
    ],
    [
      "with a gigabyte in one line",
      endless(mysql("INSERT INTO `ofUser` VALUES ('")),
      /line 6: it is longer than 64 MiB/,
    ],
    [
      "with a query for a value",
      mysql("INSERT INTO `ofUser` VALUES ((SELECT 1),'A');"),
      /line 6: .*a value is missing/,
    ],
    [
      "with SQL behind a row",
      mysql("INSERT INTO `ofUser` VALUES ('a','A') ON DUPLICATE KEY;"),
      /line 6: .*something else/,
    ],
    [
      "without tables",
      "-- MySQL dump 10.13\nINSERT INTO `ofUser` VALUES ('a','A');\n-- Dump completed",
      /no table of users/,
    ],
  ])("%s is refused", async (_, content, words) => {
    expect(await refusal(fileOf(content))).toMatch(words);
  });
});

describe("a dump of PostgreSQL", () => {
  const copy = "COPY public.ofuser (username, name) FROM stdin;";
  it.each<[string, string | Buffer, RegExp]>([
    ["that is cut off between two tables", postgres(copy, "a\tA", "\\."), /line 8: .*is cut off/],
    ["that is cut off in a table", postgres(copy, "a\tA"), /line 7: .*in the middle of a table/],
    ["that is cut off in a row", postgres(copy, "a\tA", "b"), /line 8: .*1 values for 2 columns/],
    ["of two schemas", postgres(postgres().replaceAll("public", "old")), /line 7: .*second table ofuser/],
    ["as PowerShell writes it", utf16(postgres()), /UTF-16/],
    ["in Latin-1", Buffer.from(postgres(copy, "M\xfcller\tA", "\\."), "latin1"), /line 7: it is not UTF-8/],
    ["with a gigabyte in one line", endless(`${postgres(copy)}a\t`), /line 7: it is longer than 64 MiB/],
    [
      "with a text without an end",
      postgres(`INSERT INTO public.ofuser VALUES ('${`${"x".repeat(4000)}\n`.repeat(17_000)}`),
      /no end/,
    ],
    [
      "with a function for a value",
      postgres("INSERT INTO public.ofuser VALUES (lo_import('/etc/passwd'), '');"),
      /line 6: it is no row/,
    ],
  ])("%s is refused", async (_, content, words) => {
    expect(await refusal(fileOf(content))).toMatch(words);
  });
});

describe("a database that runs", () => {
  const path = process.env["PATH"];
  afterEach(() => {
    process.env["PATH"] = path;
  });

  it.each([
    [
      "ends in the middle of a row, and says that all is well",
      `printf '%s' "${mysql("INSERT INTO x VALUES ('a").replaceAll("`", "")}"`,
      /no end/,
    ],
    ["ends between two rows, and says that all is well", "echo '-- MariaDB dump 10.19'", /is cut off/],
    [
      "loses the connection",
      "echo '-- MariaDB dump 10.19'; echo 'Lost connection to server' >&2; exit 3",
      /Lost connection/,
    ],
    ["is killed", "kill -9 $$", /fails/],
    ["writes bytes without an end", "head -c 70000000 /dev/zero | tr '\\0' x", /longer than 64 MiB/],
  ])("and whose program %s is refused", async (_, script, words) => {
    const folder = temporaryFolder("programs");
    for (const name of ["mariadb-dump", "mysqldump"]) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(folder, name), 0o755);
    }
    process.env["PATH"] = [folder, path].join(delimiter);
    expect(await refusal("mysql://o@db.test/openfire")).toMatch(words);
  });
});

describe("an embedded database", () => {
  const lob = (...values: readonly (string | number)[]) => [
    "CREATE MEMORY TABLE PUBLIC.OFPUBSUBITEM(SERVICEID VARCHAR(9),PAYLOAD CLOB)",
    "SET SCHEMA SYSTEM_LOBS",
    `INSERT INTO LOB_IDS VALUES(1,${values[0] ?? ""},1,40)`,
    `INSERT INTO LOBS VALUES(${values.slice(1).join(",")},1)`,
    "SET SCHEMA PUBLIC",
    "INSERT INTO OFPUBSUBITEM VALUES('a',1)",
  ];
  /** Files by ending; the script is whole where none is given. */
  function home(files: Readonly<Record<string, string | Buffer>>): string {
    const folder = temporaryFolder("home");
    mkdirSync(join(folder, "embedded-db"));
    const all = { script: hsqldbScript({}), properties: "version=2.3.4\nmodified=yes\n", log: "", ...files };
    for (const [ending, content] of Object.entries(all)) {
      writeFileSync(join(folder, `embedded-db/openfire.${ending}`), content);
    }
    return folder;
  }
  const scriptWith = (lines: readonly string[]) => `${hsqldbScript({})}${lines.join("\n")}\n`;

  it.each<[string, Readonly<Record<string, string | Buffer>>, RegExp]>([
    [
      "half written anew (2.x)",
      { properties: "version=2.3.4\nmodified=yes-new-files\n", "script.new": "" },
      /killed while it wrote/,
    ],
    [
      "half written anew (1.8)",
      { properties: "version=1.8.0\nmodified=no-new-files\n", "script.new": "" },
      /killed while it wrote/,
    ],
    [
      "packed or encrypted",
      { script: Buffer.from("78da4bcbcf07ff", "hex") },
      /script, line 1: it is (not UTF-8|no statement)/,
    ],
    ["torn in a row", { script: `${hsqldbScript({})}INSERT INTO OFUSER VALUES('a` }, /script, line \d+: .*has no end/],
    [
      "with a log in Latin-1",
      { log: Buffer.from("INSERT INTO OFUSER VALUES('\xfc')\n", "latin1") },
      /log, line 1: it is not UTF-8/,
    ],
    [
      "with a log that is torn and goes on",
      { log: "INSERT INTO OFUSER VALUES('a\nCOMMIT\n" },
      /log, line 1: it is no statement/,
    ],
    [
      "with a query in the log",
      { log: "DELETE FROM OFUSER WHERE USERNAME IN (SELECT 1)\n" },
      /log, line 1: it is no statement/,
    ],
    [
      "with a log of a gigabyte in one line",
      { log: Buffer.alloc(66 << 20, "x") },
      /log, line 1: it is longer than 64 MiB/,
    ],
    [
      "with an object of petabytes",
      { script: scriptWith(lob("900719925474099", 0, 1, 0)), lobs: "" },
      /lobs: the object 1 is longer/,
    ],
    [
      "with an object of less than nothing",
      { script: scriptWith(lob(-5, 0, 1, 0)), lobs: "" },
      /lobs: the object 1 is not in its list/,
    ],
    [
      "with an object before the file",
      { script: scriptWith(lob(5, -3, 1, 0)), lobs: "" },
      /lobs: nothing says where the object 1 is/,
    ],
    [
      "with an object that is cut off",
      { script: scriptWith(lob(5, 0, 1, 0)), lobs: "abc" },
      /lobs: it ends before the object 1 does/,
    ],
    [
      "with an object in no list",
      { script: scriptWith(lob(5, 0, 1, 0)).replace("LOB_IDS VALUES(1", "LOB_IDS VALUES(7"), lobs: "" },
      /not in its list/,
    ],
  ])("%s is refused", async (_, files, words) => {
    const said = await refusal(home(files));
    expect(said).toMatch(words);
    expect(said).toContain("Nothing was imported.");
  });
});

describe("a file that another program packed", () => {
  it.each([
    ["xz", "fd377a585a000004"],
    ["bzip2", "425a6839"],
    ["zstd", "28b52ffd"],
    ["zip", "504b0304"],
    ["7-Zip", "377abcaf271c"],
  ])("is refused, and %s named", async (name, first) => {
    expect(await refusal(fileOf(Buffer.from(first, "hex")))).toContain(`it is packed by ${name}. Unpack it first.`);
  });
});
