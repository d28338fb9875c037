import { waitUntil } from "../../host/wait-until.ts";
import type { ImportReport } from "../../scripts/import/report/report.ts";
import { operatorsBusy } from "./cloud.ts";
import { startOperatorCommand } from "./outage/operator.ts";

/**
 * Imports the source at a path into the tests' network, and resolves to the report. Waits while another test imports, as a network takes
 * one import at a time. Rejects with what the program said.
 */
export function importHome(source: string, ...options: string[]): Promise<ImportReport> {
  return waitUntil({
    what: `an import of ${source}`,
    probe: async () => {
      const { exitCode, stdout, all } = await startOperatorCommand("import", "--json", ...options, "openfire", source);
      if (exitCode === 0) return { value: JSON.parse(stdout) as ImportReport };
      if (operatorsBusy.test(all)) return { seen: all };
      throw new Error(`import ended with exit code ${String(exitCode)}:\n${all}`);
    },
    intervalMs: 2000,
    timeoutMs: 600_000,
    lookTimeoutMs: 600_000,
  });
}
