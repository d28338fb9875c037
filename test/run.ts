import { parseArgs } from "node:util";
import { runAsRoot } from "../host/as-root.ts";
import { hostToolsPhase } from "./runner/host-tools.ts";
import { localCloudDown, localCloudKilled, localCloudUp, testRun } from "./runner/local-cloud.ts";
import { describe, runPhases, type Phase } from "./runner/phase.ts";
import { fastChecks, staticChecks, toolChecks } from "./runner/static-checks.ts";
import { toolchainPhase } from "./runner/toolchain.ts";
import { vitestPhase } from "./runner/vitest-phase.ts";

/**
 * Runs every test, fast ones first, and ends with the line `N passed, N failed`. `--fast` runs types, lint, format and unit
 * tests only; the rest needs root and asks for it. Exit code 1 when anything failed or nothing ran.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { fast: { type: "boolean", default: false } } });
  if (!values.fast) {
    const asRoot = await runAsRoot();
    if (asRoot !== undefined) return asRoot;
  }
  const report = (line: string): void => void process.stdout.write(`${line}\n`);
  const result = await runPhases(values.fast ? fastPhases : allPhases, report);
  if (result.failedPhases.length > 0) report(`Failed: ${result.failedPhases.join(", ")}`);
  report(describe(result));
  return result.failed === 0 && result.passed > 0 ? 0 : 1;
}

const unitTests = vitestPhase({ name: "unit tests", project: "unit" });

const fastPhases: readonly Phase[] = [fastChecks, unitTests];

const cloudEnvironment = { IMERA_TEST_RUN: String(testRun) };

/** Each leaves a working network to the next. The first fills it; the last ones take longest. */
const outages = [
  "filled",
  "kill",
  "power",
  "full-disk",
  "backup-alarm",
  "drill",
  "point-in-time",
  "droplet-deleted",
  "rebuild-killed",
  "other-region",
  "damaged-backup",
] as const;

/** One phase a file, because vitest orders files by itself. */
const outagePhases = outages.map((name) =>
  vitestPhase({
    name: `outage: ${name}`,
    project: "network",
    files: [`test/network/outage/${name}.test.ts`],
    needs: name === "filled" ? [localCloudUp.name] : ["outage: filled"],
    environment: cloudEnvironment,
  }),
);

const allPhases: readonly Phase[] = [
  staticChecks,
  unitTests,
  hostToolsPhase,
  toolChecks,
  toolchainPhase,
  vitestPhase({ name: "contract tests", project: "contract", needs: [toolchainPhase.name] }),
  localCloudKilled,
  localCloudUp,
  vitestPhase({
    name: "network tests",
    project: "network",
    files: ["test/network/running/"],
    needs: [localCloudUp.name],
    environment: cloudEnvironment,
  }),
  ...outagePhases,
  vitestPhase({
    name: "network tests that end the network",
    project: "network",
    files: ["test/network/ending/"],
    needs: [localCloudUp.name],
    environment: cloudEnvironment,
  }),
  localCloudDown,
  vitestPhase({
    name: "what is left on this machine",
    project: "network",
    files: ["test/network/gone/"],
    needs: [localCloudDown.name],
    environment: cloudEnvironment,
  }),
  vitestPhase({
    name: "bad input",
    project: "network",
    files: ["test/network/refused/"],
    needs: [toolchainPhase.name],
    environment: cloudEnvironment,
  }),
];

process.exitCode = await main();
