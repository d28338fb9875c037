import { readdir, rm, rmdir } from "node:fs/promises";

import { recordPid, runningPid } from "../../host/process.ts";
import type { Run } from "./run.ts";

/** A run that no other process works on meanwhile. */
export interface HeldRun extends AsyncDisposable {
  readonly run: Run;
}

/** Says that this process works on the run until it is disposed of. Throws while another process does. */
export async function holdRun(run: Run): Promise<HeldRun> {
  const other = await runningPid(run.files.upPid);
  if (other !== undefined && other !== process.pid) {
    throw new Error(`Local cloud ${run.number} is being brought up by process ${other}. Wait for it, or end it first.`);
  }
  await recordPid(run.files.upPid, process.pid);
  return { run, [Symbol.asyncDispose]: () => release(run) };
}

/** A start that was refused leaves no folder. */
async function release(run: Run): Promise<void> {
  await rm(run.files.upPid, { force: true });
  if ((await readdir(run.folder)).length === 0) await rmdir(run.folder);
}
