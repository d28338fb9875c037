import { open, rename, rm } from "node:fs/promises";
import path from "node:path";
import process from "node:process";

/**
 * Replaces the file at `target`, or makes one, with these contents and permissions: on disk whole or not at all, also when the
 * power goes. Rejects with the system's error, and then the old file is still there.
 */
export async function replaceFile(target: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const fresh = `${target}.${process.pid}.new`;
  try {
    await writeDurably(fresh, content, mode);
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
  await using folder = await open(path.dirname(target));
  await folder.sync();
}

async function writeDurably(file: string, content: string | Uint8Array, mode: number): Promise<void> {
  await using handle = await open(file, "w", mode);
  // The mask of this process does not apply to a change of permissions.
  await handle.chmod(mode);
  await handle.writeFile(content);
  await handle.sync();
}
