import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Stack whose file the CLI may rewrite in a folder that is forgotten. */
export interface ProjectCopy {
  /** Folder with the `Pulumi.yaml` to copy. */
  readonly projectFolder: string;
  readonly stack: string;
  /** Text of the stack's file to begin with; undefined: none. */
  readonly settings?: string | undefined;
}

/**
 * Copies a project's `Pulumi.yaml` into a folder of its own, has `work` use the CLI there, and removes the folder. Resolves to
 * the text of the stack's file after that, and to the value of the work.
 */
export async function inThrowAwayProject<Value>(
  { projectFolder, stack, settings }: ProjectCopy,
  work: (folder: string) => Promise<Value>,
): Promise<{ readonly file: string; readonly value: Value }> {
  const folder = await mkdtemp(join(tmpdir(), "imera-project-"));
  try {
    const configFile = join(folder, `Pulumi.${stack}.yaml`);
    await copyFile(join(projectFolder, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    if (settings !== undefined) await writeFile(configFile, settings, { mode: 0o600 });
    const value = await work(folder);
    return { file: await readFile(configFile, "utf8"), value };
  } finally {
    await rm(folder, { recursive: true });
  }
}
