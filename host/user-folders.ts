import { homedir } from "node:os";
import path from "node:path";
import process from "node:process";

/** Base folder of this user, by the XDG Base Directory Specification 0.8: files to keep, to make again, or of work done. */
export type UserFolder = "data" | "cache" | "state";

/**
 * Finds this project's part of a base folder: `imera` in what the variable XDG_DATA_HOME, XDG_CACHE_HOME or XDG_STATE_HOME
 * names, or in the usual place below the home folder. By the specification, a variable that is empty or not absolute is ignored.
 */
export function userFolder(kind: UserFolder, environment: NodeJS.ProcessEnv = process.env): string {
  const { variable, usual } = places[kind];
  const given = environment[variable];
  const base = given !== undefined && path.isAbsolute(given) ? given : path.join(homedir(), usual);
  return path.join(base, "imera");
}

const places = {
  data: { variable: "XDG_DATA_HOME", usual: ".local/share" },
  cache: { variable: "XDG_CACHE_HOME", usual: ".cache" },
  state: { variable: "XDG_STATE_HOME", usual: ".local/state" },
} as const satisfies Record<UserFolder, unknown>;
