import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { endSession } from "../../../host/process.ts";
import { isGone } from "../../../host/read-if-there.ts";
import { enginePid } from "../../../toolchain/engine/run.ts";
import type { StackAccess } from "../stack-access.ts";

/**
 * Makes the stack free after a run that was killed on this machine: ends what is left of its engine, and takes its lock away.
 * Call it while no other command of this machine works on the stack.
 */
export async function endInterruptedRun(access: StackAccess): Promise<void> {
  await endSession(enginePid(access));
}

/**
 * Does what takes the stack's lock. Where a run that was killed on this machine still holds it, takes it away and does it once
 * more; the lock of a run that lives, or of another machine, stays and is the error.
 */
export async function withoutStaleLock<T>(access: StackAccess, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const holders = error instanceof Error ? lockHolders(error.message) : [];
    if (holders.length === 0) throw error;
    const alive = holders.find((holder) => !isStale(holder));
    if (alive !== undefined) {
      throw new Error(
        `The stack ${access.stack} is being worked on by ${alive.user}@${alive.host} (process ${alive.pid}). Wait for it. ` +
          `Only if you know that it is dead: pulumi cancel --stack ${access.stack}, then run this again.`,
        { cause: error },
      );
    }
    await access.pulumi("cancel", "--yes");
    return work();
  }
}

/** Who holds a lock of a stack in a state store without an account. */
export interface LockHolder {
  readonly user: string;
  readonly host: string;
  readonly pid: number;
}

/** The holders that the CLI names where it finds a stack locked; none where it says something else. */
export function lockHolders(message: string): LockHolder[] {
  if (!message.includes("stack is currently locked")) return [];
  const found = message.matchAll(/created by (\S+)@(\S+) \(pid (\d+)\)/g);
  return [...found].map(([, user = "", host = "", pid = ""]) => ({ user, host, pid: Number(pid) }));
}

/** Whether it was on this machine and is dead. Its number may belong to some other program by now. */
export function isStale({ host, pid }: LockHolder): boolean {
  if (host !== hostname()) return false;
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== "pulumi";
  } catch (error) {
    if (isGone(error)) return true;
    throw error;
  }
}
