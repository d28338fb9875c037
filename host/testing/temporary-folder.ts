import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/**
 * Makes an empty folder that is removed at the end of the current test, also of one that failed. Its name begins with
 * `imera-` and `purpose`. Gives its absolute path without symbolic links. To be called in a test or in `beforeEach`.
 */
export function temporaryFolder(purpose: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `imera-${purpose}-`)));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
