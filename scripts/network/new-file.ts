import { open, rm } from "node:fs/promises";
import { messageOf } from "../../host/error.ts";
import { fileOfUser } from "./file-of-user.ts";

/**
 * Writes a file that is not there yet and that only this user can read. Its name is taken before `content` is called: one that is
 * there is never overwritten. Resolves to the full path; rejects, and leaves no file, where `content` does.
 */
export async function writeNewFile(name: string, content: () => Promise<string>): Promise<string> {
  const file = fileOfUser(name);
  const handle = await open(file, "wx", 0o600).catch((error: unknown) => {
    const why = messageOf(error);
    throw new Error(`The file cannot be made: ${why}. Name one that is not there yet, in a folder that is.`);
  });
  try {
    await handle.writeFile(await content());
  } catch (error) {
    await rm(file);
    throw error;
  } finally {
    await handle.close();
  }
  return file;
}
