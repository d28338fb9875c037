import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { localCommandLine } from "../../host/terminal/advice.ts";
import { takeDown } from "../../local/commands/down.ts";
import { holdRun } from "../../local/run/hold-run.ts";
import { type Lock, takeLock } from "../../host/lock.ts";
import type { Step } from "../../host/terminal/progress.ts";
import type { Run } from "../../local/run/run.ts";
import { bringCloudUp } from "../../local/commands/up.ts";
import { endInterruptedRun } from "../../toolchain/engine/interrupted-run.ts";
import { drillStacks } from "./drill-stack.ts";

/** Takes the lock of drills in the run. Throws while another process holds it. */
export function claimDrill(run: Run): Promise<Lock> {
  return takeLock(
    join(run.folder, "drill.pid"),
    (owner) => `There is a drill in local cloud ${run.number} already: ${owner}. Wait for it, or end it first.`,
  );
}

/**
 * Takes the run for a cloud of the drill's own, and removes what a killed drill left of one. Throws, and leaves it alone, when
 * the run is somebody else's.
 */
export async function claimOwnCloud(run: Run, step: Step): Promise<void> {
  if (existsSync(run.folder)) {
    if (!existsSync(ownMark(run))) {
      throw new Error(
        `Local cloud ${run.number} is there, and no drill made it. Name another number by --run, or remove it: ` +
          localCommandLine(run.number, "down"),
      );
    }
    await claimDrill(run);
    process.stderr.write("An earlier drill was cut off, or its hosts were kept; removing what it left.\n");
    for (const stack of await drillStacks(run)) await endInterruptedRun(stack);
    await takeDown(run, step);
  }
  await mkdir(run.folder, { recursive: true, mode: 0o700 });
  await writeFile(ownMark(run), "");
  await claimDrill(run);
}

/** Brings it up, with one zone. */
export async function bringOwnCloudUp(run: Run, zone: string, step: Step): Promise<void> {
  await using hold = new AsyncDisposableStack();
  hold.use(await holdRun(run));
  await bringCloudUp(run, { zones: [zone], step, meanwhile: () => Promise.resolve() });
}

/** Says that a drill brought the cloud up, and removes it again. */
function ownMark(run: Run): string {
  return join(run.folder, "made-by-drill");
}
