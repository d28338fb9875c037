import { parseArgs } from "node:util";
import { runAsRoot } from "../host/as-root.ts";
import { bareMachine } from "./runner/bare-machine.ts";
import { bareMachineImage } from "./runner/bare-machine-image.ts";
import { describeFailures } from "./runner/failures.ts";
import { hostToolsPhase } from "./runner/host-tools.ts";
import {
  cloudDown,
  lastingCloud,
  lastingCloudUp,
  localCloudImage,
  rebuiltCloud,
  rebuiltCloudKilled,
  rebuiltCloudUp,
  type TestCloud,
} from "./runner/local-cloud.ts";
import { computingLane, describe, describeTimes, runPhases, type Phase } from "./runner/phase.ts";
import { staticChecks, toolChecks } from "./runner/static-checks.ts";
import { toolchainPhase } from "./runner/toolchain.ts";
import { vitestPhase } from "./runner/vitest-phase.ts";

/**
 * Runs every test and ends with the phases' times and the line `N passed, N failed`. `--fast` runs types, lint, format and
 * unit tests only, here; `--processes` with it also the tests that start programs; else these run on a bare machine. All others
 * need root, and ask for it. Exit code 1 when anything failed or nothing ran.
 */
async function main(): Promise<number> {
  const off = { type: "boolean", default: false } as const;
  const { values } = parseArgs({ options: { fast: off, processes: off } });
  if (!values.fast) {
    const asRoot = await runAsRoot();
    if (asRoot !== undefined) return asRoot;
  }
  const report = (line: string): void => void process.stdout.write(`${line}\n`);
  const here = values.processes ? [...fastPhases, processTests] : fastPhases;
  const result = await runPhases(values.fast ? here : allPhases, report);
  for (const line of describeTimes(result)) report(line);
  for (const line of describeFailures(result)) report(line);
  report(describe(result));
  return result.failed === 0 && result.passed > 0 ? 0 : 1;
}

const fastPhases: readonly Phase[] = [staticChecks, vitestPhase({ name: "unit tests", project: "unit" })];

const processTests = vitestPhase({ name: "tests that start programs", project: "process" });

/** In the lane of what computes, so that it is made beside the filling: the nodes after the first are made from it. */
const preparedImage = cloudPhase(rebuiltCloud, "image with a node's packages", "prepared/", {
  needs: [rebuiltCloudUp],
  lane: computingLane,
});

/** Outages that a node outlives. Each leaves a working network to the next. */
const lastingOutages = outages(
  lastingCloud,
  [lastingCloudUp],
  ["kill", "power", "full-disk", "backup-alarm", "point-in-time"],
);

/** Outages that end with another node, and a drill, which makes one elsewhere. Each leaves a working network to the next. */
const rebuiltOutages = outages(
  rebuiltCloud,
  [rebuiltCloudUp, preparedImage],
  ["droplet-deleted", "drill", "rebuild-killed", "other-region", "damaged-backup", "account-gone"],
);

/** All phases. The lanes of the two local clouds take longest; what computes is done when they are half way. */
const allPhases: readonly Phase[] = [
  hostToolsPhase,
  toolchainPhase,
  localCloudImage,
  bareMachineImage,

  rebuiltCloudKilled,
  rebuiltCloudUp,
  lastingCloudUp,

  toolChecks,
  vitestPhase({ name: "tests with these programs", project: "tools", needs: [hostToolsPhase.name] }),
  vitestPhase({ name: "contract tests", project: "contract", needs: [toolchainPhase.name] }),
  preparedImage,
  vitestPhase({
    name: "bad input",
    project: "network",
    files: ["test/network/refused/"],
    needs: [toolchainPhase.name, localCloudImage.name],
  }),
  bareMachine,

  ...rebuiltOutages,
  cloudDown(rebuiltCloud),
  cloudPhase(rebuiltCloud, "what is left on this machine", "gone/", { needs: [cloudDown(rebuiltCloud)] }),

  cloudPhase(lastingCloud, "network tests", "running/", { needs: [lastingCloudUp] }),
  cloudPhase(lastingCloud, "the doctor", "doctor/", { needs: [lastingCloudUp] }),
  cloudPhase(lastingCloud, "the watcher and its alarms", "watching/", { needs: [lastingCloudUp] }),
  ...lastingOutages,
  cloudPhase(lastingCloud, "end of the network", "ending/", { needs: [lastingCloudUp] }),
  cloudDown(lastingCloud),
  cloudPhase(lastingCloud, "what is left on this machine", "gone/", { needs: [cloudDown(lastingCloud)] }),
];

/** The filling of a cloud's network, and its outages: one phase a file, because vitest orders files by itself. */
function outages(cloud: TestCloud, needed: readonly [Phase, ...Phase[]], names: readonly string[]): Phase[] {
  const file = (name: string): string => `outage/${name}.test.ts`;
  const filled = cloudPhase(cloud, "filled", file("filled"), { needs: needed.slice(0, 1) });
  const needs = [filled, ...needed];
  return [filled, ...names.map((name) => cloudPhase(cloud, `outage: ${name}`, file(name), { needs }))];
}

interface CloudPhaseOptions {
  readonly needs: readonly Phase[];
  /** Default: the cloud's own. */
  readonly lane?: string;
}

/** Tests of test/network in and around a local cloud: `files` is the beginning of their paths there. */
function cloudPhase(cloud: TestCloud, what: string, files: string, options: CloudPhaseOptions): Phase {
  const { needs, lane } = { lane: cloud.name, ...options };
  return vitestPhase({
    name: `${cloud.name}: ${what}`,
    project: "network",
    files: [`test/network/${files}`],
    needs: needs.map(({ name }) => name),
    lane,
    environment: { IMERA_TEST_RUN: String(cloud.number) },
  });
}

process.exitCode = await main();
