import { runSession } from "../../toolchain/engine/session.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import type { Run } from "../run/run.ts";
import { localStack } from "../stack/stack.ts";

/**
 * Prints on standard output what `pulumi up` would do to the run's network now: everything, when it was never built. Rejects
 * when the plan cannot be made; the engine has said why on standard output.
 */
export async function previewNetwork(run: Run, toolchain: Toolchain): Promise<void> {
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const exitCode = await runSession(localStack(run, toolchain), ["preview", "--diff"], print);
  if (exitCode !== 0) throw new Error("pulumi preview failed; its own words stand above.");
}
