import { once } from "node:events";
import { join } from "node:path";
import { execa } from "execa";
import { createIncus } from "../../local/incus/client.ts";
import { describeRun } from "../../local/run/run.ts";
import { GiveUp, waitUntil } from "../../host/wait-until.ts";
import type { Phase, Tally } from "./phase.ts";
import { repositoryRoot } from "./repository.ts";

/** Number of the local cloud that tests bring up: far from a user's own, which count from 1. */
export const testRun = 209;

/** Starts bringing the tests' local cloud up and kills all that takes part in it once the droplet boots: one test. */
export const localCloudKilled: Phase = {
  name: "local cloud killed half way",
  needs: ["toolchain"],
  async run() {
    await local("down");
    const options = { cwd: repositoryRoot, stdin: "ignore", stdout: "ignore", detached: true, reject: false } as const;
    const program = execa(process.execPath, argv("up"), options);
    const ended = once(program, "exit");
    const probe = async (): Promise<{ value: true } | { seen: string }> => {
      if (program.exitCode !== null) throw new GiveUp(`it ended by itself:\n${(await program).stderr}`);
      const instances = (await createIncus(describeRun(testRun).files.incus).get("/instances")) as string[];
      return instances.some((path) => path.includes("-droplet-")) ? { value: true } : { seen: instances.join(" ") };
    };
    await waitUntil({ what: "a droplet to be made", probe, intervalMs: 200, timeoutMs: 600_000 });
    if (program.pid === undefined) throw new Error("it never started");
    process.kill(-program.pid, "SIGKILL");
    await ended;
    return { passed: 1, failed: 0 };
  },
};

/** Brings the tests' own local cloud up, the network in it included, from where the killed start left it: one test. */
export const localCloudUp: Phase = { name: "local cloud up", needs: ["toolchain"], run: () => local("up") };

/** Removes the tests' local cloud: one test. */
export const localCloudDown: Phase = { name: "local cloud down", run: () => local("down") };

async function local(command: "up" | "down"): Promise<Tally> {
  await execa(process.execPath, argv(command), { cwd: repositoryRoot, stdio: "inherit" });
  return { passed: 1, failed: 0 };
}

function argv(command: string): string[] {
  return [join(repositoryRoot, "local/cli.ts"), command, "--run", String(testRun)];
}
