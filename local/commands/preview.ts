import process from "node:process";
import { describePlan, plannedChanges, warnings } from "../../toolchain/engine/plan.ts";
import { runEngine } from "../../toolchain/engine/run.ts";
import { endInterruptedRun } from "../../toolchain/engine/interrupted-run.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import type { Run } from "../run/run.ts";
import { localStack } from "../stack/stack.ts";

/**
 * Prints on standard output what `pulumi up` would do to the run's network now: everything, when it was never built. Rejects
 * with the engine's own words when the plan cannot be made.
 */
export async function previewNetwork(run: Run, toolchain: Toolchain): Promise<void> {
  const stack = localStack(run, toolchain);
  await endInterruptedRun(stack);
  const { events } = await runEngine(stack, ["preview", "--refresh"]);
  for (const warning of warnings(events)) process.stderr.write(`Warning: ${warning}\n`);
  process.stdout.write(`${describePlan(plannedChanges(events))}\n`);
}
