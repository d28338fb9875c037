import { join } from "node:path";
import { execa } from "execa";
import type { Phase, Tally } from "./phase.ts";
import { repositoryRoot } from "./repository.ts";

/** Number of the local cloud that tests bring up: far from a user's own, which count from 1. */
export const testRun = 209;

/** Brings the tests' own local cloud up, the network in it included: one test. Removes what an earlier run left. */
export const localCloudUp: Phase = {
  name: "local cloud up",
  needs: ["toolchain"],
  async run() {
    await local("down");
    return local("up");
  },
};

/** Removes the tests' local cloud: one test. */
export const localCloudDown: Phase = { name: "local cloud down", run: () => local("down") };

async function local(command: "up" | "down"): Promise<Tally> {
  const args = [join(repositoryRoot, "local/cli.ts"), command, "--run", String(testRun)];
  await execa(process.execPath, args, { cwd: repositoryRoot, stdio: "inherit" });
  return { passed: 1, failed: 0 };
}
