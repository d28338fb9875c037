import { readFile } from "node:fs/promises";

/** The text of a file, or of one below /proc; undefined when there is none. Other failures are thrown as they are. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** Says whether an error means that a file is not there, or that the process of a file below /proc has ended. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH");
}
