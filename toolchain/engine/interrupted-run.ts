import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { z } from "zod";
import { pulumiCommandLine } from "../../host/terminal/advice.ts";
import { endSession, runningProgram } from "../../host/process.ts";
import { enginePid } from "./session.ts";
import type { EngineStack, StackFiles } from "./stack.ts";
import type { StackFolder } from "./stack-folder.ts";

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
  stack: Pick<EngineStack, "stack" | "runNumber" | "pulumi">,
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
          `Only if you know that it is dead: ${pulumiCommandLine(stack, "cancel")}, then run this again.`,
        { cause: error },
      );
    }
    await stack.pulumi("cancel", "--yes");
    return work();
  }
}

const lockFile = z.object({ username: z.string(), hostname: z.string(), pid: z.number() });

/**
 * Removes the lock of a stack that keeps its state in a folder, where all who hold it were killed on this machine. For a run of
 * the CLI whose words nobody reads but the operator.
 */
export async function clearStaleLock(
  { pulumi }: Pick<EngineStack, "pulumi">,
  { backend, stack }: Pick<StackFolder, "backend" | "stack">,
): Promise<void> {
  const folder = path.join(backend, ".pulumi/locks/organization/imera", stack);
  const names = existsSync(folder) ? await readdir(folder) : [];
  const locks = names.filter((name) => name.endsWith(".json"));
  if (locks.length === 0) return;
  const stale = await Promise.all(locks.map(async (name) => isStale(await readHolder(path.join(folder, name)))));
  if (stale.every(Boolean)) await pulumi("cancel", "--yes");
}

async function readHolder(file: string): Promise<LockHolder> {
  const { username, hostname: host, pid } = lockFile.parse(JSON.parse(await readFile(file, "utf8")));
  return { user: username, host, pid };
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
