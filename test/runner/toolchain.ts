import { join } from "node:path";
import { execa } from "execa";
import type { Phase } from "./phase.ts";
import { repositoryRoot } from "./repository.ts";

/** Sets the toolchain up, as `npm run toolchain` does: one test. */
export const toolchainPhase: Phase = {
  name: "toolchain",
  async run() {
    await execa(process.execPath, [join(repositoryRoot, "toolchain/cli.ts")], {
      cwd: repositoryRoot,
      stdio: "inherit",
    });
    return { passed: 1, failed: 0 };
  },
};
