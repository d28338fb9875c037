import { join } from "node:path";
import { hostToolsPhase } from "./host-tools.ts";
import type { Phase } from "./phase.ts";
import { repositoryRoot } from "./repository.ts";
import { mustRunReported } from "./run-reported.ts";

/** Sets the toolchain up, as `npm run toolchain` does: one test. Go, to build the CLI with, is a tool of the host. */
export const toolchainPhase: Phase = {
  name: "toolchain",
  needs: [hostToolsPhase.name],
  async run(report) {
    await mustRunReported(report, { file: process.execPath, args: [join(repositoryRoot, "toolchain/cli.ts")] });
    return { passed: 1, failed: 0 };
  },
};
