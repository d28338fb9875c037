import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { createIncus } from "../../local/incus/client.ts";
import { runNumbered } from "../../local/run/run.ts";
import { isUnreachable } from "../../host/error.ts";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { buildBaseImage } from "../../local/incus/images.ts";
import { checkHost } from "../../local/preparation/host-checks.ts";
import { ensureHostPackages } from "../../local/preparation/host-packages.ts";
import type { Report } from "./grouped-lines.ts";
import type { Phase, Tally } from "./phase.ts";
import { repositoryRoot } from "./repository.ts";
import { mustRunReported } from "./run-reported.ts";
import { toolchainPhase } from "./toolchain.ts";

/** Number of the local cloud that tests bring up: IMERA_TEST_RUN, or 209, which is far from a user's own that count from 1. */
export const testRun = Number(process.env["IMERA_TEST_RUN"] ?? 209);

/** Installs what the local cloud needs on this machine and builds the image of its machines, as a first start does: one test. */
export const localCloudImage: Phase = {
  name: "packages and image of the local cloud",
  waits: true,
  async run(report) {
    await checkHost();
    await ensureHostPackages(report);
    await buildBaseImage(report);
    return { passed: 1, failed: 0 };
  },
};

/** Starts bringing the tests' local cloud up and kills all that takes part in it once the droplet boots: one test. */
export const localCloudKilled: Phase = {
  name: "local cloud killed half way",
  needs: [toolchainPhase.name, localCloudImage.name],
  waits: true,
  async run(report) {
    await local("down", report);
    const options = { cwd: repositoryRoot, stdin: "ignore", stdout: "ignore", detached: true, reject: false } as const;
    const program = execa(process.execPath, argv("up"), options);
    const ended = once(program, "exit");
    // Incus does not answer before it is started.
    const probe = notYetOn(isUnreachable, async () => {
      if (program.exitCode !== null) throw new Error(`it ended by itself:\n${(await program).stderr}`);
      const instances = (await createIncus(runNumbered(testRun).files.incus).get("/instances")) as string[];
      return instances.some((path) => path.includes("-droplet-")) ? { value: true } : notYet(instances.join(" "));
    });
    await waitUntil({ what: "a droplet to be made", probe, intervalMs: 200, timeoutMs: 600_000 });
    if (program.pid === undefined) throw new Error("it never started");
    process.kill(-program.pid, "SIGKILL");
    await ended;
    return { passed: 1, failed: 0 };
  },
};

/** Brings the tests' own local cloud up, the network in it included, from where the killed start left it: one test. */
export const localCloudUp: Phase = {
  name: "local cloud up",
  needs: [toolchainPhase.name, localCloudImage.name],
  waits: true,
  run: (report) => local("up", report),
};

/** Removes the tests' local cloud: one test. */
export const localCloudDown: Phase = { name: "local cloud down", waits: true, run: (report) => local("down", report) };

async function local(command: "up" | "down", report: Report): Promise<Tally> {
  await mustRunReported(report, { file: process.execPath, args: argv(command) });
  return { passed: 1, failed: 0 };
}

function argv(command: string): string[] {
  return [join(repositoryRoot, "local/cli.ts"), command, "--run", String(testRun)];
}
