import { join } from "node:path";
import { execa } from "execa";
import { notYetOn, waitUntil } from "../../host/wait-until.ts";
import type { ImportReport } from "../../scripts/import/report/report.ts";
import { repositoryRoot } from "../runner/repository.ts";
import { testRunNumber } from "./cloud.ts";

/**
 * Imports the source at a path into the tests' network, and resolves to the report. Waits while another test imports, as a node takes one
 * import at a time. Rejects with what the program said.
 */
export function importHome(source: string, ...options: string[]): Promise<ImportReport> {
  const program = join(repositoryRoot, "scripts/import.ts");
  const words = ["--stack", "local", "--run", testRunNumber(), "--json", ...options, "openfire", source];
  return waitUntil({
    what: `an import of ${source}`,
    probe: notYetOn(isBusy, async () => {
      const { stdout } = await execa(process.execPath, [program, ...words], { cwd: repositoryRoot });
      return { value: JSON.parse(stdout) as ImportReport };
    }),
    intervalMs: 2000,
    timeoutMs: 600_000,
    lookTimeoutMs: 600_000,
  });
}

function isBusy(error: unknown): boolean {
  return String(error).includes("another import is running on this node");
}
