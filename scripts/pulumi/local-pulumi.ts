import { isRunning } from "../../host/process.ts";
import { localCommandLine } from "../../host/terminal/advice.ts";
import { clearStaleLock } from "../../toolchain/engine/interrupted-run.ts";
import type { Run } from "../../local/run/run.ts";
import { keepOutputs, stackFiles } from "../../local/stack/stack.ts";
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
  if (runsEngine(given)) await requireCloud(run);
  await clearStaleLock(access, stackFiles(run));
  const exitCode = await pulumi(given.args);
  if (runsEngine(given)) await keepOutputs(run, JSON.parse(await access.pulumi("stack", "output", "--json")));
  return exitCode;
}

async function requireCloud({ number, files }: Run): Promise<void> {
  if ((await isRunning(files.daemonPid)) && (await isRunning(files.incusPid))) return;
  throw new Error(`Local cloud ${number} does not run. Bring it up: ${localCommandLine(number, "up")}`);
}
