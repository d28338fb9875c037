import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";

/** Root of a node in a temporary folder: the node's Python finds its files there by `IMERA_ROOT`. */
export interface NodeRoot {
  /** Absolute. */
  readonly path: string;
  /** Absolute path of a file of the node, such as `/etc/imera/node.json`, as it is on this machine. */
  place(path: string): string;
  /** Writes a file of the node; gives its path on this machine. */
  write(path: string, content: string): string;
  /** Runs Python with the modules `checks`, `database`, `files`, `state` and others; gives what it prints as JSON. */
  python(code: string): unknown;
  /** Runs a program of the node by its absolute path, with arguments and standard input. */
  run(program: string, options?: RunOptions): Result;
  /** Puts a shell script in the place of a program that is looked for in `PATH`. */
  fake(name: string, script: string): void;
  /** Calls of those scripts, a line each: name and arguments. */
  calls(): string;
}

/** Arguments and standard input of a program of the node. Default: neither. */
export interface RunOptions {
  readonly arguments?: readonly string[];
  readonly input?: string;
}

/** Result of a program of the node that has ended. `status` is its exit code, null when a signal ended it. */
export interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

/** Folder of the checkout that mirrors a node's root. */
export const nodeFiles = fileURLToPath(new URL("../files", import.meta.url));
/** Folder of the node's library in the checkout. */
const library = join(nodeFiles, "usr/local/lib/imera");

/** Makes an empty root with the facts of a node that keeps backups. It is gone at the end of the current test. */
export function nodeRoot(facts: object = {}): NodeRoot {
  const path = temporaryFolder("node");
  const place = (name: string) => join(path, name);
  const write = (name: string, content: string) => {
    mkdirSync(dirname(place(name)), { recursive: true });
    writeFileSync(place(name), content);
    return place(name);
  };
  mkdirSync(place("/srv/imera/upload"), { recursive: true });
  write("/etc/imera/node.json", JSON.stringify({ ...nodeFacts, ...facts }));
  const environment = { PATH: `${path}/bin:${process.env["PATH"] ?? ""}`, IMERA_ROOT: path };
  return {
    path,
    place,
    write,
    python: (code) => {
      const { stdout, stderr } = python(environment, `${preamble(path)}\n${code}`);
      if (stderr !== "") throw new Error(stderr);
      return JSON.parse(stdout) as unknown;
    },
    run: (program, { arguments: words = [], input = "" } = {}) =>
      spawnSync("/usr/bin/python3", ["-B", join(nodeFiles, program), ...words], {
        encoding: "utf8",
        env: environment,
        input,
      }),
    fake: (name, script) => {
      write(`/bin/${name}`, `#!/bin/sh\necho "${name} $*" >>${path}/calls\n${script}\n`);
      chmodSync(place(`/bin/${name}`), 0o755);
    },
    calls: () => (existsSync(place("/calls")) ? readFileSync(place("/calls"), "utf8") : ""),
  };
}

const nodeFacts = {
  nodeName: "xmpp1.example.org",
  domain: "example.org",
  adminJid: "admin@example.org",
  mountPoint: "/srv/imera",
  uploadDirectory: "/srv/imera/upload",
  database: { name: "ejabberd", port: 5432, version: "17" },
  canaryUser: "imera-canary",
  watchUser: "imera-watch",
  adminUser: "admin",
  secretPatterns: {},
  listeners: [],
  uploads: { keepDays: 90, quotaMiB: 1000, maxFileMiB: 100 },
  hosts: { pubsub: "pubsub.example.org" },
  tokenEnds: [],
  retention: { archiveDays: 0, offlineDays: 0, pushDays: 0, pubsubDays: 0, archiveQuotaMiB: 0 },
  purpose: "serve",
  backup: { endpoint: "ams3.example.net", region: "ams3", bucket: "imera-backup-1", keepDays: 30, hour: 3 },
  recovery: { choice: "auto", time: null },
};

function preamble(path: string): string {
  return [
    "import json, pathlib, sys, time",
    `sys.path.insert(0, ${JSON.stringify(library)})`,
    "from backup import checks, database, files, notification, staging, state",
    "from node import backup_store, clock, trouble",
    `folder = pathlib.Path(${JSON.stringify(path)})`,
    // The disk of this machine may be nearly full, no server may set its clock, and its journal is not the node's.
    "checks.FREE_PERCENT = checks.FREE_BYTES = 0",
    "clock.PATIENCE_SECONDS = float('inf')",
    "state.log_error = lambda text: None",
  ].join("\n");
}

function python(environment: Record<string, string>, code: string) {
  return spawnSync("/usr/bin/python3", ["-B", "-c", code], { encoding: "utf8", env: environment });
}
