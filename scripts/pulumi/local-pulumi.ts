import { rm } from "node:fs/promises";
import process from "node:process";
import { localCommandLine } from "../../host/terminal/advice.ts";
import { clearStaleLock } from "../../toolchain/engine/interrupted-run.ts";
import { requireCloud } from "../../local/run/require-cloud.ts";
import type { Run } from "../../local/run/run.ts";
import { describeTaken } from "../../local/stack/edited-settings.ts";
import { keepOutputs, stackFiles, stackOutputs, takeEdits } from "../../local/stack/stack.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { onlyReads, type PulumiArguments, refuseForLocalCloud, runsEngine } from "./pulumi-arguments.ts";

/**
 * Runs the CLI, by `pulumi`, on the stack of a local cloud. What the engine changed is noted for the other commands. Throws
 * where the cloud does not run and the engine would need it, and where the CLI would touch the repository's own files.
 */
export async function runInLocalCloud(
  run: Run,
  access: StackAccess,
  given: PulumiArguments,
  pulumi: (args: readonly string[]) => Promise<number>,
): Promise<number> {
  refuseForLocalCloud(given, localCommandLine(run.number, "down"));
  if (onlyReads(given)) return pulumi(given.args);
  if (runsEngine(given)) {
    await requireCloud(run);
    const taken = describeTaken(await takeEdits(run), `Pulumi.${access.stack}.yaml`);
    if (taken !== undefined) process.stderr.write(`${taken}\n`);
  }
  await clearStaleLock(access, stackFiles(run));
  const exitCode = await pulumi(given.args);
  if (runsEngine(given)) await noteOutputs(run, await access.pulumi("stack", "output", "--json"));
  return exitCode;
}

/** After `destroy` there are none, and no network to tell of. */
async function noteOutputs(run: Run, json: string): Promise<void> {
  const outputs: unknown = JSON.parse(json);
  if (stackOutputs.safeParse(outputs).success) await keepOutputs(run, outputs);
  else await rm(stackFiles(run).outputs, { force: true });
}
