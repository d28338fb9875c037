import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { GiveUp, waitUntil } from "./wait-until.ts";

// A cold build of the CLI on a slow machine, twice over.
const timeoutMs = 60 * 60 * 1000;

/**
 * Runs `work` while no other process of this machine does so with the same `file`. A lock whose owner is gone is taken
 * over. Parts are installed by renames, so should two ever get in, they do the same work twice and nothing worse.
 */
export async function withLock<T>(file: string, report: (line: string) => void, work: () => Promise<T>): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true });
  let told = false;
  await waitUntil({
    what: `another set-up of the toolchain to end (its process id is in ${file})`,
    intervalMs: 200,
    timeoutMs,
    probe: async () => {
      const owner = await acquire(file).catch((cause: unknown) => {
        throw new GiveUp(`The lock ${file} cannot be taken: ${cause instanceof Error ? cause.message : String(cause)}`);
      });
      if (owner === undefined) return { value: true };
      if (!told) report(`Another set-up of the toolchain is running (process ${owner}); waiting for it…`);
      told = true;
      return { seen: `process ${owner} still runs` };
    },
  });
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** Takes the lock, or tells the process id of who has it. */
async function acquire(file: string): Promise<number | undefined> {
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    // A link fails when its target exists, and the target is complete the moment it exists.
    await link(own, file);
    return undefined;
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  } finally {
    await rm(own);
  }
  const owner = await readOwner(file);
  if (owner !== undefined && isRunning(owner)) return owner;
  await rm(file, { force: true });
  return acquire(file);
}

async function readOwner(file: string): Promise<number | undefined> {
  try {
    return Number(await readFile(file, "utf8"));
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
