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
  try {
    await linkOrCopy(source, fresh);
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  await rm(target, { force: true });
  try {
    await link(source, target);
  } catch (error) {
    if (!isRefusedLink(error)) throw error;
    await copyFile(source, target);
    await chmod(target, 0o755);
  }
}

/** Tells whether a link failed for a reason that a copy has not: another file system, another user's file (`fs.protected_hardlinks`), no links. */
function isRefusedLink(error: unknown): boolean {
  const refusals = ["EXDEV", "EPERM", "EACCES", "ENOTSUP", "EMLINK"];
  return error instanceof Error && "code" in error && refusals.includes(String(error.code));
}
