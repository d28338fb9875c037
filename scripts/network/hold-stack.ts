import path from "node:path";
import { type Lock, takeLock } from "../../host/lock.ts";
import { holdRun } from "../../local/run/hold-run.ts";
import type { StackAccess } from "./stack-access.ts";

/**
 * Takes the lock of a stack, on which one command of this machine at a time may work: that of its local cloud, where it is in
 * one. Throws while another process holds it.
 */
export function holdStack({ run, stack, workFolder }: StackAccess): Promise<Lock> {
  if (run !== undefined) return holdRun(run);
  return takeLock(
    path.join(workFolder, "command.pid"),
    (owner) => `The stack ${stack} is being worked on by ${owner} on this machine. Wait for it, or end it first.`,
  );
}
