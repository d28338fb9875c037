import { mkdir, readFile, realpath, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { replaceFile } from "../../host/replace-file.ts";

/** Copy of a configuration file, to be changed and then moved into place. Disposing of it removes the copy. */
export interface ConfigCopy extends AsyncDisposable {
  /** Absolute path of the copy. */
  readonly file: string;
  /**
   * Replaces the original by the copy, at once and with the original's permissions. Rejects, and leaves the original, where
   * that was changed since it was copied.
   */
  moveIntoPlace(): Promise<void>;
}

/** Copies the configuration file `original` into `folder`, which is made where there is none. A copy that is left there is lost. */
export async function copyConfig(original: string, folder: string): Promise<ConfigCopy> {
  const file = path.join(folder, `rebuild-${path.basename(original)}`);
  const before = await readFile(original);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(file, { force: true });
  await writeFile(file, before, { mode: 0o600 });
  return {
    file,
    moveIntoPlace: async () => {
      const [now, wanted] = [await readFile(original), await readFile(file)];
      if (!now.equals(before)) {
        throw new Error(
          `${original} was changed meanwhile, by somebody else. Nothing was written into it; run this again.`,
        );
      }
      if (wanted.equals(before)) return;
      // Of a symbolic link, the file that it leads to is replaced, and not the link.
      const target = await realpath(original);
      await replaceFile(target, wanted, (await stat(target)).mode & 0o7777);
    },
    [Symbol.asyncDispose]: () => rm(file, { force: true }),
  };
}
