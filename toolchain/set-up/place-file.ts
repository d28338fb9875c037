import { chmod, copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import process from "node:process";

/**
 * Puts an executable at `target`, whole or not at all. It is linked where the file system allows, as these files are over
 * 100 MB, and copied otherwise.
 */
export async function placeFile(source: string, target: string): Promise<void> {
  const fresh = `${target}.${process.pid}.new`;
  await mkdir(path.dirname(target), { recursive: true });
  await rm(fresh, { force: true });
  try {
    await link(source, fresh);
  } catch (error) {
    if (!isRefusedLink(error)) throw error;
    await copyFile(source, fresh);
    await chmod(fresh, 0o755);
  }
  await rename(fresh, target);
}

/** Another file system, a file of another user's (`fs.protected_hardlinks`), or a file system without links. */
function isRefusedLink(error: unknown): boolean {
  const refusals = ["EXDEV", "EPERM", "EACCES", "ENOTSUP", "EMLINK"];
  return error instanceof Error && "code" in error && refusals.includes(String(error.code));
}
