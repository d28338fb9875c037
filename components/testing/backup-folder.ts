import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A folder in which the programs that make a node's backups find what they look for on a node. */
export interface BackupFolder {
  /** Absolute; holds `node.json` and `upload/`. */
  readonly path: string;
  /** Writes a file below the folder; gives its path. */
  write(name: string, content: string): string;
  /** Runs Python with the modules `database`, `files`, `state`, `store`, `watch`; gives what it prints as JSON. */
  python(code: string): unknown;
  /** Puts a shell script in the place of a program. */
  fake(name: string, script: string): void;
  /** What those were called with, a line each. */
  calls(): string;
}

/** Where the node's library is in the checkout. */
export const library = fileURLToPath(new URL("../files/usr/local/lib/imera", import.meta.url));

/** A new one, with the facts of a node that keeps backups. */
export function backupFolder(): BackupFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "imera-backup-")));
  const write = (name: string, content: string) => {
    writeFileSync(join(path, name), content);
    return join(path, name);
  };
  mkdirSync(join(path, "upload"));
  write("node.json", JSON.stringify(facts(path)));
  return {
    path,
    write,
    python: (code) => python(path, code),
    fake: (name, script) => {
      mkdirSync(join(path, "bin"), { recursive: true });
      writeFileSync(join(path, "bin", name), `#!/bin/sh\necho "${name} $*" >>${path}/calls\n${script}\n`);
      chmodSync(join(path, "bin", name), 0o755);
    },
    calls: () => (existsSync(join(path, "calls")) ? readFileSync(join(path, "calls"), "utf8") : ""),
  };
}

function facts(path: string) {
  return {
    nodeName: "xmpp1.example.org",
    domain: "example.org",
    adminJid: "admin@example.org",
    mountPoint: path,
    uploadDirectory: join(path, "upload"),
    database: { name: "ejabberd", port: 5432 },
    backup: { endpoint: "ams3.example.net", region: "ams3", bucket: "imera-backup-1", keepDays: 30, hour: 3 },
  };
}

function python(path: string, code: string): unknown {
  const places = [
    "import json, pathlib, sys, time",
    "sys.dont_write_bytecode = True",
    `sys.path.insert(0, ${JSON.stringify(library)})`,
    "from backup import database, files, state, store, watch",
    `folder = pathlib.Path(${JSON.stringify(path)})`,
    'state.FACTS, state.STATUS, state.RUNTIME = folder / "node.json", folder / "status.json", folder / "run"',
    'files.STAMP, files.SETTINGS = folder / "stamp", folder / "restic.env"',
    'watch.DATABASE_LOG = folder / "postgresql.log"',
    "watch.FREE_PERCENT = watch.FREE_BYTES = 0",
    "state.log_error = lambda text: None",
  ];
  const { stdout, stderr } = spawnSync("python3", ["-c", [...places, code].join("\n")], {
    encoding: "utf8",
    env: { PATH: `${path}/bin:${process.env["PATH"] ?? ""}` },
  });
  if (stderr !== "") throw new Error(stderr);
  return JSON.parse(stdout);
}
