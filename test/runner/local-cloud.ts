import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { pebbleExecutable } from "../../local/acme/pebble-program.ts";
import { createIncus } from "../../local/incus/client.ts";
import { runNumbered } from "../../local/run/run.ts";
import { isUnreachable } from "../../host/error.ts";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { buildBaseImage } from "../../local/incus/images.ts";
import { checkHost } from "../../local/preparation/host-checks.ts";
import { ensureHostPackages } from "../../local/preparation/host-packages.ts";
import type { Report } from "./grouped-lines.ts";
import { mirrorLane } from "./host-tools.ts";
import type { Phase, Tally } from "./phase.ts";
import { repositoryRoot } from "./repository.ts";
import { mustRunReported } from "./run-reported.ts";
import { toolchainPhase } from "./toolchain.ts";

/** Lowest number of the local clouds that tests bring up: IMERA_TEST_RUN, or 209, far from a user's own that count from 1. */
export const testRun = Number(process.env["IMERA_TEST_RUN"] ?? 209);

/** Local cloud of the tests' own, with one node. */
export interface TestCloud {
  /** What happens to the node: the beginning of the names of the cloud's phases, and their lane. */
  readonly name: string;
  readonly number: number;
}

/** Local cloud whose node is lost and made anew, again and again. */
export const rebuiltCloud: TestCloud = { name: "rebuilt node", number: testRun };

/** Local cloud whose node stays to the end, whatever it is exposed to. */
export const lastingCloud: TestCloud = { name: "lasting node", number: testRun + 1 };

/** Installs what the local cloud needs on this machine, builds the image of its machines and Pebble, as a first start does: one test. */
export const localCloudImage: Phase = {
  name: "packages and image of the local cloud",
  lane: mirrorLane,
  async run(report) {
    await checkHost();
    await ensureHostPackages(report);
    await buildBaseImage(report);
    await pebbleExecutable(report);
    return { passed: 1, failed: 0 };
  },
};

/** Starts bringing a local cloud up and kills all that takes part in it once the droplet boots: one test. */
export const rebuiltCloudKilled: Phase = {
  name: `${rebuiltCloud.name}: local cloud killed half way`,
  lane: rebuiltCloud.name,
  needs: [toolchainPhase.name, localCloudImage.name],
  async run(report) {
    await local("down", rebuiltCloud, report);
    const options = { cwd: repositoryRoot, stdin: "ignore", stdout: "ignore", detached: true, reject: false } as const;
    const program = execa(process.execPath, argv("up", rebuiltCloud), options);
    const ended = once(program, "exit");
    await dropletMade(rebuiltCloud, program);
    if (program.pid === undefined) throw new Error("it never started");
    process.kill(-program.pid, "SIGKILL");
    await ended;
    return { passed: 1, failed: 0 };
  },
};

/** Resolves when the engine of the cloud has a droplet; throws when the program that brings the cloud up ends before. */
async function dropletMade(cloud: TestCloud, program: Starting): Promise<void> {
  // Incus does not answer before it is started.
  const probe = notYetOn(isUnreachable, async () => {
    if (program.exitCode !== null) throw new Error(`it ended by itself:\n${(await program).stderr}`);
    const instances = (await createIncus(runNumbered(cloud.number).files.incus).get("/instances")) as string[];
    return instances.some((path) => path.includes("-droplet-")) ? { value: true } : notYet(instances.join(" "));
  });
  await waitUntil({ what: "a droplet to be made", probe, intervalMs: 200, timeoutMs: 600_000 });
}

interface Starting extends PromiseLike<{ readonly stderr: string }> {
  readonly exitCode: number | null;
}

/** Brings a local cloud up, the network in it included, from where a killed start left it: one test. */
export const rebuiltCloudUp: Phase = {
  ...cloudUp(rebuiltCloud),
  run: (report) => local("up", rebuiltCloud, report),
};

/** Brings a local cloud up, the network in it included, from nothing: one test. */
export const lastingCloudUp: Phase = {
  ...cloudUp(lastingCloud),
  run: async (report) => {
    await local("down", lastingCloud, report);
    return local("up", lastingCloud, report);
  },
};

function cloudUp({ name }: TestCloud): Pick<Phase, "name" | "lane" | "needs"> {
  return { name: `${name}: local cloud up`, lane: name, needs: [toolchainPhase.name, localCloudImage.name] };
}

/** Removes a local cloud: one test. */
export function cloudDown(cloud: TestCloud): Phase {
  return { name: `${cloud.name}: local cloud down`, lane: cloud.name, run: (report) => local("down", cloud, report) };
}

async function local(command: "up" | "down", cloud: TestCloud, report: Report): Promise<Tally> {
  await mustRunReported(report, { file: process.execPath, args: argv(command, cloud) });
  return { passed: 1, failed: 0 };
}

function argv(command: string, cloud: TestCloud): string[] {
  return [join(repositoryRoot, "scripts/local.ts"), command, "--run", String(cloud.number)];
}
