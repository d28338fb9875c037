import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { hsqldbScript, hsqldbValue, oldServer, type OldRows } from "../testing/old-server.ts";
import { temporaryFolder } from "../../../host/testing/temporary-folder.ts";
import { openSource, type OpenedSource } from "./open-source.ts";

const opened: OpenedSource[] = [];
afterEach(() => {
  for (const source of opened.splice(0)) source[Symbol.dispose]();
});

async function open(home: string): Promise<OpenedSource> {
  const source = await openSource(home);
  opened.push(source);
  return source;
}

async function namesAfter(
  log: string,
  users: OldRows = [user("romeo", "R")],
): Promise<(string | null | undefined)[][]> {
  const { copy } = await open(oldServer({ ofUser: users }, log));
  return copy.all("SELECT username, name FROM ofuser ORDER BY username").map(({ username, name }) => [username, name]);
}

function user(username: string, name: string | null) {
  return { username, name };
}

describe("an embedded database", () => {
  it.each([
    "It's 'quoted'",
    "Ж ☃ 😀 ü",
    String.raw`back\slash \27 \40`,
    String.raw`a literal \u0041`,
    "new\nline\ttab\r",
    "comma, (bracket) NULL",
    "",
  ])("gives %j back as it was", async (name) => {
    const { copy } = await open(oldServer({ ofUser: [user("romeo", name)] }));
    expect(copy.all("SELECT name FROM ofuser")).toEqual([{ name }]);
  });

  it("knows columns by what the file says of them, whatever their order, and tables by their former names", async () => {
    const { copy } = await open(
      oldServer({ ofUser: [], jiveUser: [{ name: "N", extra: 1, password: "p", username: "romeo" }] }),
    );
    expect(copy.all("SELECT username, name, plainpassword FROM ofuser")).toEqual([
      { username: "romeo", name: "N", plainpassword: "p" },
    ]);
  });

  it("has what the log says was inserted, changed and deleted", async () => {
    const log = [
      "/*C1*/SET SCHEMA PUBLIC",
      "INSERT INTO OFUSER VALUES('juliet',NULL)",
      "COMMIT",
      "DELETE FROM OFUSER WHERE USERNAME='romeo'",
      `INSERT INTO OFUSER VALUES('romeo',${hsqldbValue("Rómeo's")})`,
      "COMMIT",
      "DELETE FROM OFUSER WHERE USERNAME='juliet' AND NAME IS NULL",
      "COMMIT",
    ];
    expect(await namesAfter(`${log.join("\n")}\n`)).toEqual([["romeo", "Rómeo's"]]);
  });

  it("leaves out what no session committed, and keeps sessions apart", async () => {
    const log = [
      "/*C1*/INSERT INTO OFUSER VALUES('a','one')",
      "/*C2*/INSERT INTO OFUSER VALUES('b','other')",
      "/*C1*/COMMIT",
      "/*C2*/DELETE FROM OFUSER WHERE USERNAME='romeo'",
    ];
    expect(await namesAfter(`${log.join("\n")}\n`)).toEqual([
      ["a", "one"],
      ["romeo", "R"],
    ]);
  });

  it.each(["INSERT INTO OFUSER VALUES('b','oth", "INSERT INTO OFU", "DELETE FROM OFUSER WHERE USERN"])(
    "leaves out a last line that is torn off: %s",
    async (torn) => {
      const home = oldServer({ ofUser: [user("romeo", "R")] }, `INSERT INTO OFUSER VALUES('a','one')\nCOMMIT\n${torn}`);
      const { copy, notes } = await open(home);
      expect(copy.count("SELECT count(*) FROM ofuser")).toBe(2);
      expect(notes.at(-1)).toMatch(/openfire\.log, line 3: torn off/);
    },
  );

  it("of HSQLDB 1.8 commits each change, but where it says otherwise", async () => {
    const log = [
      "INSERT INTO OFUSER VALUES('a','one')",
      "SET AUTOCOMMIT FALSE",
      "INSERT INTO OFUSER VALUES('b','two')",
      "SET AUTOCOMMIT TRUE",
      "SET AUTOCOMMIT FALSE",
      "INSERT INTO OFUSER VALUES('c','three')",
    ];
    const home = oldServer({ ofUser: [user("romeo", "R")] }, `${log.join("\n")}\n`);
    writeFileSync(join(home, "embedded-db/openfire.properties"), "version=1.8.0\nmodified=yes\n");
    const { copy } = await open(home);
    expect(copy.count("SELECT count(*) FROM ofuser")).toBe(3);
  });

  it("has long texts that are kept in another file", async () => {
    const text = "Ж".repeat(20_000) + "end";
    const home = oldServer({ ofUser: [user("romeo", "R")] });
    const base = join(home, "embedded-db/openfire");
    const script = [
      "CREATE MEMORY TABLE PUBLIC.OFPUBSUBITEM(SERVICEID VARCHAR(100),NODEID VARCHAR(100),PAYLOAD CLOB)",
      "SET SCHEMA SYSTEM_LOBS",
      `INSERT INTO LOB_IDS VALUES(1,${text.length},1,40)`,
      "INSERT INTO LOBS VALUES(3,1,0,1)",
      "INSERT INTO LOBS VALUES(5,1,1,1)",
      "SET SCHEMA PUBLIC",
      "INSERT INTO OFPUBSUBITEM VALUES('romeo@old.test','node',1)",
    ];
    writeFileSync(`${base}.script`, hsqldbScript({ ofUser: [user("romeo", "R")] }) + `${script.join("\n")}\n`);
    const bytes = Buffer.from(text, "utf16le").swap16();
    const file = Buffer.alloc(6 * 32_768);
    bytes.copy(file, 3 * 32_768, 0, 32_768);
    bytes.copy(file, 5 * 32_768, 32_768);
    writeFileSync(`${base}.lobs`, file);
    expect((await open(home)).copy.all("SELECT payload FROM ofpubsubitem")).toEqual([{ payload: text }]);
    rmSync(`${base}.lobs`);
    await expect(openSource(home)).rejects.toThrow(/openfire\.lobs: it is missing/);
  });
});

describe("what is no embedded database", () => {
  it.each([
    ["CREATE CACHED TABLE PUBLIC.OFVCARD(USERNAME VARCHAR(64))", /line 1: .*CACHED/],
    ["INSERT INTO OFUSER VALUES('a',", /line 1: it is no statement/],
    ["INSERT INTO OFUSER VALUES('a' 'b')", /line 1: it is no statement/],
    ["<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]>", /line 1: it is no statement/],
    ["SET SCHEMA PUBLIC", /no table of users/],
    ["", /no table of users/],
    [
      "CREATE MEMORY TABLE PUBLIC.OFUSER(A INT,B INT)\nINSERT INTO OFUSER VALUES(1)",
      /line 2: .*1 values for 2 columns/,
    ],
  ])("is refused by line: %j", async (script, why) => {
    await expect(openSource(scriptOf(Buffer.from(script)))).rejects.toThrow(why);
  });

  it("is refused by line where it is in another encoding, or a line has no end", async () => {
    await expect(openSource(scriptOf(Buffer.from("SET SCHEMA X\nM\xfcller\n", "latin1")))).rejects.toThrow(
      /line 2: it is not UTF-8/,
    );
    const endless = Buffer.alloc(65 * 1024 * 1024, "x");
    await expect(openSource(scriptOf(endless))).rejects.toThrow(/line 1: it is longer than 64 MiB/);
  });

  it("is refused where the log of a server that did not stop in peace is missing", async () => {
    const home = oldServer({ ofUser: [user("romeo", "R")] });
    writeFileSync(join(home, "embedded-db/openfire.properties"), "version=2.3.4\nmodified=yes\n");
    await expect(openSource(home)).rejects.toThrow(/openfire\.log: it is missing/);
  });

  it("is refused where there is nothing", async () => {
    await expect(openSource("/nowhere")).rejects.toThrow(/there is no such file or folder/);
    await expect(openSource(temporaryFolder("empty"))).rejects.toThrow(/it is no Openfire home/);
  });
});

function scriptOf(content: Buffer): string {
  const folder = temporaryFolder("openfire");
  mkdirSync(join(folder, "embedded-db"));
  writeFileSync(join(folder, "embedded-db/openfire.script"), content);
  return folder;
}

describe("a log with definitions of tables", () => {
  const create = " create table OFUSER (\\u000a  USERNAME varchar(64) not null,\\u000a  NAME varchar(64))";

  it("has the tables of a server that never stopped in peace", async () => {
    const home = oldServer(
      { ofUser: [] },
      [create, "INSERT INTO OFUSER VALUES('juliet','J')", "COMMIT", ""].join("\n"),
    );
    writeFileSync(join(home, "embedded-db/openfire.script"), "ALTER USER SA SET LOCAL TRUE\n");
    const { copy } = await open(home);
    expect(copy.all("SELECT username, name FROM ofuser")).toEqual([{ username: "juliet", name: "J" }]);
  });

  it("puts a new column where it says, and forgets the rows of a table that was dropped", async () => {
    const log = [
      "ALTER TABLE OFUSER ADD COLUMN EMAIL VARCHAR(9) BEFORE NAME",
      "INSERT INTO OFUSER VALUES('a','e','n')",
    ];
    expect(await namesAfter([...log, "COMMIT", ""].join("\n"))).toEqual([
      ["a", "n"],
      ["romeo", "R"],
    ]);
    const rows = { ofPrivate: [{ username: "romeo", privateData: "<x/>" }] };
    const { copy } = await open(oldServer(rows, "DROP TABLE OFPRIVATE\nCOMMIT\n"));
    expect(copy.all("SELECT * FROM ofprivate")).toEqual([]);
  });
});
