import { randomUUID } from "node:crypto";
import { link, mkdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";
import { pidRecordRuns, recordPid, runningPid } from "./process.ts";
import { isGone, readIfThere } from "./read-if-there.ts";
import { momentText } from "./terminal/quantities.ts";
import { notYet, waitUntil } from "./wait-until.ts";

/** A lock of this machine that this process holds. Disposing releases it. */
export type Lock = AsyncDisposable;

/**
 * Takes the lock `file`, which becomes a pid file of this process. A lock whose owner is dead is taken over.
 *
 * @throws Error with the text that `refusal` makes of the owner, such as `process 7 (npm run import, since 2026-11-22 10:11:12 UTC)`, when
 * another process holds the lock, or this one.
 */
export async function takeLock(file: string, refusal: (owner: string) => string): Promise<Lock> {
  const owner = await acquire(file);
  if (owner !== undefined) throw new Error(refusal(await describeOwner(file, owner)));
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

async function describeOwner(file: string, pid: number): Promise<string> {
  const words = ((await readIfThere(`/proc/${pid}/cmdline`)) ?? "").split("\0");
  const [command = "another command"] = words.flatMap((word) => {
    const [, name] = /\/scripts\/([\w-]+)\.ts$/.exec(word) ?? [];
    return name === undefined ? [] : [`npm run ${name}`];
  });
  return `process ${pid} (${command}, since ${await madeAt(file)})`;
}

/** A lock is made when it is taken, and not written to after that. */
async function madeAt(file: string): Promise<string> {
  try {
    return momentText((await stat(file)).mtime.toISOString());
  } catch (error) {
    if (isGone(error)) return "just now";
    throw error;
  }
}

/** Work that one process at a time may do. */
export interface LockedWork {
  /** Name of the work in the sentence "… is running (process 7)": `Another set-up of the toolchain`. */
  readonly what: string;
  readonly timeoutMs: number;
  /** Gets one line when another process is waited for. */
  readonly report: (line: string) => void;
}

/** Runs `work` while this process holds the lock `file`. Waits for another owner, and takes the lock of a dead one over. */
export async function withLock<T>(
  file: string,
  { what, timeoutMs, report }: LockedWork,
  work: () => Promise<T>,
): Promise<T> {
  let told = false;
  await waitUntil({
    what: `the end of the process that holds ${file}`,
    intervalMs: 200,
    timeoutMs,
    probe: async () => {
      const owner = await acquire(file);
      if (owner === undefined) return { value: true };
      if (!told) report(`${what} is running (process ${owner}); waiting for it…`);
      told = true;
      return notYet(`process ${owner} still runs`);
    },
  });
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** Takes the lock, or resolves to the pid of its owner. */
async function acquire(file: string): Promise<number | undefined> {
  if (await linkOwn(file)) return undefined;
  const owner = await runningPid(file);
  if (owner !== undefined) return owner;
  // Between looking at a dead owner's lock and removing it, somebody else's may have come: one process at a time removes.
  const removal = `${file}.removal`;
  if ((await acquire(removal)) !== undefined) {
    // Whoever removes it is not yet its owner.
    await delay(20);
    return acquire(file);
  }
  try {
    const left = await readIfThere(file);
    if (left !== undefined && !(await pidRecordRuns(left))) await rm(file);
  } finally {
    await rm(removal);
  }
  return acquire(file);
}

/** A link fails when its target exists, and the target is complete the moment it exists. */
async function linkOwn(file: string): Promise<boolean> {
  await mkdir(path.dirname(file), { recursive: true });
  const own = `${file}.${randomUUID()}`;
  await recordPid(own, process.pid);
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw new Error(`The lock ${file} cannot be taken.`, { cause: error });
  } finally {
    await rm(own);
  }
}
