import { isRunning } from "../../host/process.ts";
import { localCommandLine } from "../../host/terminal/advice.ts";
import type { Run } from "./run.ts";

/** Throws, with what to do, unless the run's cloud is up. */
export async function requireCloud({ number, files }: Pick<Run, "number" | "files">): Promise<void> {
  if ((await isRunning(files.daemonPid)) && (await isRunning(files.incusPid))) return;
  throw cloudIsDown(number);
}

/** Makes the error that says that a local cloud does not run, and how to bring it up. */
export function cloudIsDown(runNumber: number): Error {
  return new Error(`Local cloud ${runNumber} does not run. Bring it up: ${localCommandLine(runNumber, "up")}`);
}
