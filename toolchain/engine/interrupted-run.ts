import { hostname } from "node:os";
import { endSession, runningProgram } from "../../host/process.ts";
import { enginePid } from "./session.ts";
import type { EngineStack, StackFiles } from "./stack.ts";

/**
 * Ends the engine and the plugins of a run that was killed on this machine. Call it while no other command of this machine
 * works on the stack.
 */
export async function endInterruptedRun(stack: Pick<StackFiles, "workFolder">): Promise<void> {
  await endSession(enginePid(stack));
}

/**
 * Runs `work`, which takes the stack's lock. A lock of a run that was killed on this machine is removed, and `work` runs once
 * more.
 *
 * @throws Error when the lock belongs to a run that lives, or to another machine.
 */
export async function withoutStaleLock<T>(
  stack: Pick<EngineStack, "stack" | "pulumi">,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const holders = error instanceof Error ? lockHolders(error.message) : [];
    if (holders.length === 0) throw error;
    const stale = await Promise.all(holders.map(isStale));
    const alive = holders.find((_, index) => stale[index] !== true);
    if (alive !== undefined) {
      throw new Error(
        `The stack ${stack.stack} is being worked on by ${alive.user}@${alive.host} (process ${alive.pid}). Wait for it. ` +
          `Only if you know that it is dead: pulumi cancel --stack ${stack.stack}, then run this again.`,
        { cause: error },
      );
    }
    await stack.pulumi("cancel", "--yes");
    return work();
  }
}

/** Owner of a lock of a stack in a state store without an account. */
export interface LockHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/** Reads the owners of the lock out of the CLI's words; none where they are not about a lock. */
export function lockHolders(message: string): LockHolder[] {
  if (!message.includes("stack is currently locked")) return [];
  const found = message.matchAll(/created by (\S+)@(\S+) \(pid (\d+)\)/g);
  return [...found].map(([, user = "", host = "", pid = ""]) => ({ user, host, pid: Number(pid) }));
}

/** Says whether the owner ran on this machine and is dead. Its pid may belong to some other program by now. */
export async function isStale({ host, pid }: LockHolder): Promise<boolean> {
  return host === hostname() && (await runningProgram(pid)) !== "pulumi";
}
