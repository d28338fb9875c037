import { parseArgs } from "node:util";
import { runAsRoot } from "../host/as-root.ts";
import { bareMachine } from "./runner/bare-machine.ts";
import { bareMachineImage } from "./runner/bare-machine-image.ts";
import { hostToolsPhase } from "./runner/host-tools.ts";
import { localCloudDown, localCloudImage, localCloudKilled, localCloudUp, testRun } from "./runner/local-cloud.ts";
import { describe, describeTimes, runPhases, type Phase } from "./runner/phase.ts";
import { staticChecks, toolChecks } from "./runner/static-checks.ts";
import { toolchainPhase } from "./runner/toolchain.ts";
import { vitestPhase } from "./runner/vitest-phase.ts";

/**
 * Runs every test and ends with the phases' times and the line `N passed, N failed`. `--fast` runs types, lint, format and
 * unit tests only, here; else they run on a bare machine. All but these need root, and ask for it. Exit code 1 when anything
 * failed or nothing ran.
 */
async function main(): Promise<number> {
  const { values } = parseArgs({ options: { fast: { type: "boolean", default: false } } });
  if (!values.fast) {
    const asRoot = await runAsRoot();
    if (asRoot !== undefined) return asRoot;
  }
  const report = (line: string): void => void process.stdout.write(`${line}\n`);
  const result = await runPhases(values.fast ? fastPhases : allPhases, report);
  for (const line of describeTimes(result)) report(line);
  const failed = result.phases.filter(({ tally }) => tally.failed > 0).map(({ name }) => name);
  if (failed.length > 0) report(`Failed: ${failed.join(", ")}`);
  report(describe(result));
  return result.failed === 0 && result.passed > 0 ? 0 : 1;
}

const fastPhases: readonly Phase[] = [staticChecks, vitestPhase({ name: "unit tests", project: "unit" })];

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

/** Beside the network tests: what it computes is long done when they end, and none of them makes a node. */
const preparedImage = cloudPhase("image with a node's packages", "test/network/prepared/", [localCloudUp], false);

/** One phase a file, because vitest orders files by itself. */
const outagePhases = outages.map((name) =>
  cloudPhase(
    `outage: ${name}`,
    `test/network/outage/${name}.test.ts`,
    name === "filled" ? [localCloudUp, preparedImage] : [{ name: "outage: filled" }],
  ),
);

/** All phases. What the local cloud waits for stands first; what computes and is long done then runs beside it. */
const allPhases: readonly Phase[] = [
  hostToolsPhase,
  toolchainPhase,
  localCloudImage,
  bareMachineImage,
  bareMachine,
  toolChecks,
  vitestPhase({ name: "tests with these programs", project: "tools", needs: [hostToolsPhase.name] }),
  vitestPhase({ name: "contract tests", project: "contract", needs: [toolchainPhase.name] }),
  vitestPhase({
    name: "bad input",
    project: "network",
    files: ["test/network/refused/"],
    needs: [toolchainPhase.name, localCloudImage.name],
  }),
  localCloudKilled,
  localCloudUp,
  preparedImage,
  cloudPhase("network tests", "test/network/running/", [localCloudUp]),
  ...outagePhases,
  cloudPhase("network tests that end the network", "test/network/ending/", [localCloudUp]),
  localCloudDown,
  cloudPhase("what is left on this machine", "test/network/gone/", [localCloudDown]),
];

/** Tests in and around the local cloud, which come one after the other: none waits for the processor as much as for machines. */
function cloudPhase(name: string, files: string, needed: readonly Pick<Phase, "name">[], waits = true): Phase {
  const environment = { IMERA_TEST_RUN: String(testRun) };
  const needs = needed.map((phase) => phase.name);
  return vitestPhase({ name, project: "network", files: [files], needs, waits, environment });
}

process.exitCode = await main();
