import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";

/** Absolute path of the checkout. */
export const repositoryRoot = join(import.meta.dirname, "../..");

/** A file that git tracks. */
export interface CommittedFile {
  /** Path from the repository's root. */
  readonly path: string;
  readonly text: string;
}

/** Every text file that git tracks and that still exists; throws when git cannot list them. */
export async function committedFiles(): Promise<CommittedFile[]> {
  const { stdout } = await execa("git", ["ls-files", "-z"], { cwd: repositoryRoot });
  const paths = stdout.split("\0").filter((path) => path !== "");
  const files = await Promise.all(paths.map(readText));
  return files.filter((file) => file !== undefined);
}

async function readText(path: string): Promise<CommittedFile | undefined> {
  try {
    const text = await readFile(join(repositoryRoot, path), "utf8");
    return text.includes("\0") ? undefined : { path, text };
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR")) {
      return undefined;
    }
    throw error;
  }
}
