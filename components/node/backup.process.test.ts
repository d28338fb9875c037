import { chmodSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";

import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

describe("manifest", () => {
  /** Puts a database with these tables in the place of PostgreSQL's. */
  function database(tables: Readonly<Record<string, object>>): void {
    const names = Object.keys(tables);
    const rows = [{ names }, ...Object.values(tables)].map((row) => JSON.stringify(row)).join("\n");
    node.write("/rows", `${rows}\n`);
    node.write("/names", names.map((name) => `${name}\n`).join(""));
    const psql = node.write(
      "/usr/lib/postgresql/17/bin/psql",
      `#!/bin/sh\nif grep -q BEGIN; then cat ${node.path}/rows; else cat ${node.path}/names; fi\n`,
    );
    chmodSync(psql, 0o755);
  }
  const manifest = (...words: string[]) => node.run("/usr/local/lib/imera/manifest", { arguments: words });

  it("names each difference of two manifests", () => {
    const tables = {
      a: { rows: 1, checksum: "1:1" },
      b: { rows: 2, checksum: "2:2" },
      c: { rows: 3, checksum: "3:3" },
    };
    database({ a: { rows: 1, checksum: "1:1" }, b: { rows: 2, checksum: "9:9" }, d: { rows: 4, checksum: "4:4" } });
    const { stdout, status } = manifest(
      "--compare",
      node.write("/expected.json", JSON.stringify({ version: 1, tables })),
    );
    expect(stdout).toBe(
      "table b: expected rows 2, checksum 2:2, found rows 2, checksum 9:9\n" +
        "table c: missing, expected rows 3, checksum 3:3\ntable d: not expected, found rows 4, checksum 4:4\n",
    );
    expect(status).toBe(1);
  });

  it("knows uploads by size and digest", () => {
    database({});
    node.write("/srv/imera/upload/a.txt", "a");
    const { stdout } = manifest("--uploads", node.place("/srv/imera/upload"));
    expect(JSON.parse(stdout)).toMatchObject({
      tables: {},
      uploads: {
        "a.txt": { sizeBytes: 1, sha256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" },
      },
    });
  });

  it("says with exit code 2 that the database did not answer", () => {
    const psql = node.write(
      "/usr/lib/postgresql/17/bin/psql",
      "#!/bin/sh\necho 'FATAL: no such database' >&2\nexit 2\n",
    );
    chmodSync(psql, 0o755);
    const { stderr, status } = manifest();
    expect(stderr).toContain("FATAL: no such database");
    expect(status).toBe(2);
  });
});

describe("the folder of uploads that stands still", () => {
  const stage = () =>
    node.python('print(json.dumps(staging.stage(folder / "srv/imera/upload", folder / "still", time.time() - 3)))');
  const upload = (name: string, content: string, ageSeconds = 60) => {
    const file = node.write(`/srv/imera/upload/${name}`, content);
    const time = Date.now() / 1000 - ageSeconds;
    utimesSync(file, time, time);
  };

  it("has the same files, not copies, and follows deletions", () => {
    upload("u/1/a.jpg", "A");
    upload("u/2/b.jpg", "B");
    expect(Object.keys(stage() as object).sort()).toEqual(["u/1/a.jpg", "u/2/b.jpg"]);
    expect(statSync(node.place("/still/u/1/a.jpg")).ino).toBe(statSync(node.place("/srv/imera/upload/u/1/a.jpg")).ino);
    rmSync(node.place("/srv/imera/upload/u/1"), { recursive: true });
    expect(Object.keys(stage() as object)).toEqual(["u/2/b.jpg"]);
    expect(readdirSync(node.place("/still/u"))).toEqual(["2"]);
  });

  it("leaves what is being written for the next time", () => {
    // A busy machine may take longer to start Python than an upload has to stand still.
    upload("new.jpg", "half", -60);
    expect(stage()).toEqual({});
    upload("new.jpg", "whole");
    expect(stage()).toMatchObject({ "new.jpg": { sizeBytes: 5 } });
  });

  it("notices a file that was replaced", () => {
    upload("a.jpg", "one");
    const before = stage();
    rmSync(node.place("/srv/imera/upload/a.jpg"));
    upload("a.jpg", "two");
    expect(stage()).not.toEqual(before);
    expect(readFileSync(node.place("/still/a.jpg"), "utf8")).toBe("two");
  });
});

describe("restic's repository", () => {
  const ensure = () => {
    node.write("/etc/imera/restic.env", "RESTIC_PASSWORD='phrase'\n");
    return node.python(
      "backup_store.ensure_reachable = lambda: None\ntry:\n files.ensure_repository()\n print('null')\nexcept trouble.Trouble as failed:\n print(json.dumps(failed.line()))",
    );
  };

  it("is made where there is none", () => {
    node.fake("restic", '[ "$2" = init ] || exit 10');
    expect(ensure()).toBeNull();
    expect(node.calls()).toContain("init");
  });

  it.each([
    [12, /the passphrase is not the one/],
    [1, /cannot be reached: the backup store cannot be reached/, "dial tcp: connect: Connection refused"],
    [1, /the backup store refuses the node's key/, "Fatal: unable to open config file: Stat: Access Denied."],
    [1, /the bucket is gone/, "Fatal: The specified bucket does not exist."],
    [1, /cannot be reached: something new/, "something new"],
  ])("is left alone when restic ends with %i", (code, reason, words = "") => {
    node.fake("restic", `echo "${words}" >&2; exit ${String(code)}`);
    expect(ensure()).toMatch(reason);
    expect(node.calls()).not.toContain("init");
  });

  it.each([
    ["the passphrase is wrong", 12, /the passphrase is not the one that the backups were made with/],
    ["pgBackRest's list is damaged", 0, /the list of the backups is damaged/],
  ])("tells whether %s, where pgBackRest only sees that what it reads makes no sense", (_what, code, why) => {
    node.write("/etc/imera/restic.env", "RESTIC_PASSWORD='phrase'\n");
    node.fake("restic", `exit ${String(code)}`);
    for (const words of ["[029]: unable to load info file", "[095]: unable to flush", "[031]: cipher header invalid"]) {
      node.fake("pgbackrest", `echo "ERROR: ${words}" >&2; exit 29`);
      const said = node.python(
        [
          "from backup import preparation",
          "backup_store.ensure_reachable = lambda: None; preparation.write_settings = lambda: None",
          "try:\n preparation.set_up()\nexcept trouble.Trouble as failed:\n print(json.dumps([failed.line(), checks.troubles()['backup']]))",
        ].join("\n"),
      );
      expect(said).toEqual([expect.stringMatching(why), expect.stringMatching(why)]);
    }
  });

  it("tells the restore point of each backup by its tags", () => {
    node.write("/etc/imera/restic.env", "RESTIC_PASSWORD='phrase'\n");
    node.fake("restic", `echo '[{"tags": ["kind=backup", "backup=20261122-101112F", "point=imera-1"]}]'`);
    const points = () => node.python("print(json.dumps(files.restore_points()))");
    expect(points()).toEqual({ "20261122-101112F": "imera-1" });
    node.fake("restic", "exit 10");
    expect(points()).toEqual({});
  });
});

describe("the report on the backups", () => {
  const backup = {
    label: "20261122-101112F",
    type: "full",
    error: false,
    timestamp: { start: 1_795_342_272, stop: 1_795_342_280 },
    archive: { start: "000000010000000000000004", stop: "000000010000000000000004" },
    database: { id: 1 },
    info: { size: 31_000_000 },
  };
  const program = (path: string, script: string) => chmodSync(node.write(path, `#!/bin/sh\n${script}\n`), 0o755);
  /** Report of a node whose store answers with these words of pgBackRest; undefined: it does not answer. */
  function report(stanza: object | undefined): unknown {
    node.write("/etc/imera/restic.env", "RESTIC_PASSWORD='phrase'\n");
    node.fake("restic", "echo '[]'");
    node.fake("pgbackrest", `cat ${node.write("/info", JSON.stringify(stanza === undefined ? [] : [stanza]))}`);
    const reach =
      stanza === undefined ? '(_ for _ in ()).throw(trouble.Trouble("no store", "status 503", "look"))' : "None";
    return node.python(
      `from backup import report\nbackup_store.ensure_reachable = lambda: ${reach}\nprint(json.dumps(report.status()))`,
    );
  }
  const stanza = { name: "imera", status: { code: 0 }, db: [{ id: 1, "system-id": 7 }], archive: [], backup: [backup] };
  beforeEach(() => {
    program("/usr/lib/postgresql/17/bin/psql", "echo 'no such socket' >&2; exit 2");
    program("/usr/lib/postgresql/17/bin/pg_controldata", "echo 'Database system identifier: 7'");
  });

  it("lists them while PostgreSQL is down, and is not healthy", () => {
    expect(report(stanza)).toMatchObject({ healthy: false, unlisted: null, backups: [{ label: backup.label }] });
  });

  it("lists those of the store's newest database where the cluster is broken", () => {
    program("/usr/lib/postgresql/17/bin/pg_controldata", "echo 'could not open file' >&2; exit 1");
    expect(report(stanza)).toMatchObject({ unlisted: null, backups: [{ label: backup.label }] });
  });

  it("says that it has none only where the store was read", () => {
    const empty = { name: "imera", status: { code: 1 }, db: [], archive: [], backup: [] };
    expect(report(empty)).toMatchObject({ backups: [], unlisted: null });
    const failed = { ...empty, status: { code: 99, message: "HTTP request failed with 403" } };
    expect(report(failed)).toMatchObject({
      backups: null,
      unlisted: expect.stringContaining("cannot be listed") as unknown,
    });
    expect(report(undefined)).toMatchObject({ healthy: false, backups: null, unlisted: "no store: status 503" });
  });

  it("says so too where the answer makes no sense", () => {
    expect(report({ name: "imera" })).toMatchObject({
      backups: null,
      unlisted: expect.stringContaining("KeyError") as unknown,
    });
  });
});
