import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { AccountSeen } from "./view.ts";

const recorded = path.join(import.meta.dirname, "recorded");

/** Name of a recorded home: of the server as it ran, after it was killed, after it was stopped. */
export type RecordedHome = "running" | "killed" | "stopped";

/** Unpacks a recorded home into a folder that is there, and gives the folder. */
export function unpackHome(home: RecordedHome, folder: string): string {
  return unpack(`${home}.tar.gz`, folder);
}

/** Unpacks the home of an Openfire of another version, such as `5.1`, into a folder that is there, and gives the folder. */
export function unpackVersion(openfire: string, folder: string): string {
  return unpack(`version-${openfire}.tar.gz`, folder);
}

function unpack(name: string, folder: string): string {
  const file = path.join(recorded, name);
  execFileSync("tar", ["--extract", "--gzip", "--no-same-owner", `--file=${file}`, `--directory=${folder}`]);
  return folder;
}

/** Gives the path of a recorded dump, such as `mariadb.sql`, which is packed by gzip. */
export function recordedDump(name: string): string {
  const file = path.join(recorded, `${name}.gz`);
  if (!existsSync(file)) throw new Error(`Nobody has recorded ${name}: npm run record makes it.`);
  return file;
}

/** Gives what the people of the recorded server saw of their accounts there, by local part. */
export function seenThere(): Readonly<Record<string, AccountSeen>> {
  return JSON.parse(readFileSync(path.join(recorded, "seen.json"), "utf8")) as Record<string, AccountSeen>;
}
