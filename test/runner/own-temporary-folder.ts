import { chmod, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Report } from "./grouped-lines.ts";
import type { Tally } from "./phase.ts";

/** Folders of one run of tests, gone when it ends. */
export interface RunFolders {
  /** For the runner's own files. */
  readonly own: string;
  /** For the tests, as their `TMPDIR`. */
  readonly temporary: string;
}

/** Report of a run of tests, and whether files that they leave in their temporary folder are no failure. Default: they are. */
export interface RunOptions {
  readonly report: Report;
  readonly mayLeaveFiles?: boolean;
}

/** Runs tests with a temporary folder of their own. Files that they leave there are reported and count as one failure. */
export async function inOwnTemporaryFolder(
  { report, mayLeaveFiles = false }: RunOptions,
  runTests: (folders: RunFolders) => Promise<Tally>,
): Promise<Tally> {
  const own = await mkdtemp(join(tmpdir(), "imera-test-"));
  // Servers that tests start as another user have to come through.
  await chmod(own, 0o711);
  const temporary = join(own, "tmp");
  await mkdir(temporary);
  try {
    const tally = await runTests({ own, temporary });
    const left = await readdir(temporary);
    if (left.length === 0 || mayLeaveFiles) return tally;
    const failure = `${left.length} temporary files were left: ${left.slice(0, 10).join(", ")}`;
    report(`  ✗ ${failure}`);
    return { ...tally, failed: tally.failed + 1, failures: [...(tally.failures ?? []), failure] };
  } finally {
    await rm(own, { recursive: true });
  }
}
