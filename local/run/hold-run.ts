import { type Lock, takeLock } from "../../host/lock.ts";
import type { Run } from "./run.ts";

/** Takes the lock of a run, which one process at a time may change. Throws while another process holds it. */
export function holdRun({ number, files }: Run): Promise<Lock> {
  return takeLock(
    files.upPid,
    (owner) => `Local cloud ${number} is being worked on by ${owner}. Wait for it, or end it first.`,
  );
}
