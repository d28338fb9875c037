import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { backupFolder, library, type BackupFolder } from "../testing/backup-folder.ts";

// Each test starts other programs, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

let node: BackupFolder;
let folder: string;
beforeEach(() => {
  node = backupFolder();
  folder = node.path;
});

/** Loads a program by its name and runs Python code with it as `program`. */
function withProgram(name: string, code: string) {
  const driver = [
    "import importlib.machinery, importlib.util, json, pathlib, sys",
    "sys.dont_write_bytecode = True",
    'loader = importlib.machinery.SourceFileLoader("program", sys.argv[1])',
    'program = importlib.util.module_from_spec(importlib.util.spec_from_loader("program", loader))',
    "loader.exec_module(program)",
    code,
  ].join("\n");
  return spawnSync("python3", ["-c", driver, join(library, name)], { encoding: "utf8" });
}

describe("backup-settings", () => {
  const secrets = { backupAccessKey: "key-1", backupSecretKey: "secret-1", backupPassphrase: "$phrase;1" };
  const settings = (given: object = secrets) => {
    node.write("secrets.json", JSON.stringify(given));
    const group = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
    return withProgram(
      "backup-settings",
      [
        `folder = pathlib.Path(${JSON.stringify(folder)})`,
        'program.FACTS, program.SECRETS = folder / "node.json", folder / "secrets.json"',
        `program.PGBACKREST, program.RESTIC, program.DATABASE_GROUP = folder / "pg/pg.conf", folder / "restic.env", "${group}"`,
        "program.main()",
      ].join("\n"),
    );
  };

  it("writes both files, readable by those who need them, and says so without a secret", () => {
    const { stdout, stderr } = settings();
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^backup-settings: wrote .*pg\.conf, .*restic\.env\n$/);
    expect(stdout).not.toMatch(/-1\b.*key|secret-1|phrase/);
    expect(statSync(join(folder, "pg/pg.conf")).mode & 0o777).toBe(0o640);
    expect(statSync(join(folder, "restic.env")).mode & 0o777).toBe(0o600);
    const config = readFileSync(join(folder, "pg/pg.conf"), "utf8");
    for (const line of ["repo1-cipher-type=aes-256-cbc", "repo1-cipher-pass=$phrase;1", "repo1-retention-full=30"]) {
      expect(config.split("\n")).toContain(line);
    }
    expect(settings().stdout).toBe("backup-settings: unchanged\n");
  });

  it("writes an environment that a shell reads as it is", () => {
    settings();
    const script = 'set -a; . "$0"; printf "%s|%s" "$RESTIC_PASSWORD" "$RESTIC_REPOSITORY"';
    expect(execFileSync("sh", ["-c", script, join(folder, "restic.env")], { encoding: "utf8" })).toBe(
      "$phrase;1|s3:https://ams3.example.net/imera-backup-1/files",
    );
  });

  it("changes nothing without a passphrase", () => {
    const { stderr, status } = settings({ ...secrets, backupPassphrase: "" });
    expect(stderr).toContain("has no backupPassphrase");
    expect(status).not.toBe(0);
    expect(readdirSync(folder)).not.toContain("restic.env");
  });
});

describe("manifest", () => {
  it("names each difference of two manifests", () => {
    const expected = {
      a: { rows: 1, checksum: "1:1" },
      b: { rows: 2, checksum: "2:2" },
      c: { rows: 3, checksum: "3:3" },
    };
    const found = { a: { rows: 1, checksum: "1:1" }, b: { rows: 2, checksum: "9:9" }, d: { rows: 4, checksum: "4:4" } };
    const { stdout } = withProgram(
      "manifest",
      `print("\\n".join(program.differing("table", ${JSON.stringify(expected)}, ${JSON.stringify(found)})))`,
    );
    expect(stdout).toBe(
      "table b: expected rows 2, checksum 2:2, found rows 2, checksum 9:9\n" +
        "table c: missing, expected rows 3, checksum 3:3\ntable d: not expected, found rows 4, checksum 4:4\n",
    );
  });

  it("knows uploads by size and digest", () => {
    node.write("upload/a.txt", "a");
    const { stdout } = withProgram("manifest", `print(json.dumps(program.uploads(pathlib.Path("${folder}/upload"))))`);
    expect(JSON.parse(stdout)).toEqual({
      "a.txt": { sizeBytes: 1, sha256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" },
    });
  });
});

describe("the folder of uploads that stands still", () => {
  const stage = () =>
    node.python('print(json.dumps(files.stage(folder / "upload", folder / "still", time.time() - 3)))');
  const upload = (name: string, content: string, ageSeconds = 60) => {
    mkdirSync(join(folder, "upload", name, ".."), { recursive: true });
    const file = node.write(`upload/${name}`, content);
    const time = Date.now() / 1000 - ageSeconds;
    utimesSync(file, time, time);
  };

  it("has the same files, not copies, and follows deletions", () => {
    upload("u/1/a.jpg", "A");
    upload("u/2/b.jpg", "B");
    expect(Object.keys(stage() as object).sort()).toEqual(["u/1/a.jpg", "u/2/b.jpg"]);
    expect(statSync(join(folder, "still/u/1/a.jpg")).ino).toBe(statSync(join(folder, "upload/u/1/a.jpg")).ino);
    rmSync(join(folder, "upload/u/1"), { recursive: true });
    expect(Object.keys(stage() as object)).toEqual(["u/2/b.jpg"]);
    expect(readdirSync(join(folder, "still/u"))).toEqual(["2"]);
  });

  it("leaves what is being written for the next time", () => {
    upload("new.jpg", "half", 0);
    expect(stage()).toEqual({});
    upload("new.jpg", "whole");
    expect(stage()).toMatchObject({ "new.jpg": { sizeBytes: 5 } });
  });

  it("notices a file that was replaced", () => {
    upload("a.jpg", "one");
    const before = stage();
    rmSync(join(folder, "upload/a.jpg"));
    upload("a.jpg", "two");
    expect(stage()).not.toEqual(before);
    expect(readFileSync(join(folder, "still/a.jpg"), "utf8")).toBe("two");
  });
});

describe("restic's repository", () => {
  const ensure = () => {
    node.write("restic.env", "RESTIC_PASSWORD='phrase'\n");
    return node.python(
      "store.ensure_reachable = lambda: None\ntry:\n files.ensure_repository()\n print('null')\nexcept state.Failed as failed:\n print(json.dumps(failed.line()))",
    );
  };

  it("is made where there is none", () => {
    node.fake("restic", '[ "$2" = init ] || exit 10');
    expect(ensure()).toBeNull();
    expect(node.calls()).toContain("init");
  });

  it.each([
    [12, /the passphrase is not the one/],
    [1, /cannot be reached: connection refused/],
  ])("is left alone when restic ends with %i", (code, reason) => {
    node.fake("restic", `echo "connection refused" >&2; exit ${code}`);
    expect(ensure()).toMatch(reason);
    expect(node.calls()).not.toContain("init");
  });

  it("tells the restore point of each backup by its tags", () => {
    node.write("restic.env", "RESTIC_PASSWORD='phrase'\n");
    node.fake("restic", `echo '[{"tags": ["kind=backup", "backup=20261122-101112F", "point=imera-1"]}]'`);
    const points = () => node.python("print(json.dumps(files.restore_points()))");
    expect(points()).toEqual({ "20261122-101112F": "imera-1" });
    node.fake("restic", "exit 10");
    expect(points()).toEqual({});
  });
});
