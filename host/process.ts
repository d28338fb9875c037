import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

import { z } from "zod";

import { isGone, readIfThere } from "./read-if-there.ts";
import { notYet, TimedOut, waitUntil } from "./wait-until.ts";

/** A process that outlives the one that starts it. */
export interface Daemon {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** File that the process's output is added to, mode 0600. */
  readonly logFile: string;
  readonly pidFile: string;
}

/** Starts a process in the background, in a session of its own, and records its pid. */
export async function startDaemon({ command, env, logFile, pidFile }: Daemon): Promise<void> {
  await mkdir(dirname(logFile), { recursive: true, mode: 0o700 });
  const log = openSync(logFile, "a", 0o600);
  try {
    const [file, ...args] = command;
    const child = spawn(file, args, {
      cwd: "/",
      detached: true,
      stdio: ["ignore", log, log],
      env: { ...process.env, ...env },
    });
    // Without a listener a command that is not there would end this process.
    child.on("error", () => undefined);
    await recordPid(pidFile, child.pid);
    child.unref();
  } finally {
    closeSync(log);
  }
}

/**
 * Notes a process in a pid file, together with the moment it started: a pid alone may belong to somebody else after a
 * restart of the machine.
 */
export async function recordPid(pidFile: string, pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error(`${pidFile}: the process did not start`);
  const startTicks = await startedAt(pid);
  if (startTicks === undefined) throw new Error(`${pidFile}: process ${pid} ended at once`);
  await mkdir(dirname(pidFile), { recursive: true, mode: 0o700 });
  await writeFile(pidFile, JSON.stringify({ pid, startTicks }), { mode: 0o600 });
}

/** Says whether the process that the pid file names runs. */
export async function isRunning(pidFile: string): Promise<boolean> {
  return (await runningPid(pidFile)) !== undefined;
}

/** Reads the pid in the file; undefined unless that very process runs. */
export async function runningPid(pidFile: string): Promise<number | undefined> {
  return runningPidOf(await readRecord(pidFile));
}

/** Says whether the process that the text of a pid file names runs. */
export async function pidRecordRuns(content: string): Promise<boolean> {
  return (await runningPidOf(parseRecord(content))) !== undefined;
}

async function runningPidOf(record: PidRecord | undefined): Promise<number | undefined> {
  if (record === undefined) return undefined;
  return (await startedAt(record.pid)) === record.startTicks ? record.pid : undefined;
}

/**
 * Ends the process that the pid file names: SIGTERM, after `graceMs` SIGKILL; then removes the file. Resolves when it is
 * gone, at once when there is none.
 */
export async function endProcess(pidFile: string, options: { what: string; graceMs: number }): Promise<void> {
  const pid = await runningPid(pidFile);
  if (pid !== undefined) await endPid(pid, options);
  await rm(pidFile, { force: true });
}

/**
 * Ends the process `pid`: SIGTERM, after `graceMs` SIGKILL. Resolves when it is gone, at once when there is none. The pid must
 * have been looked up just now: it may belong to another process later.
 */
export async function endPid(pid: number, { what, graceMs }: { what: string; graceMs: number }): Promise<void> {
  const started = await startedAt(pid);
  const gone = async () =>
    started === undefined || (await startedAt(pid)) !== started ? { value: true } : notYet(`process ${pid} runs`);
  signal(pid, "SIGTERM");
  try {
    await waitUntil({ what: `${what} to end`, probe: gone, intervalMs: 50, timeoutMs: graceMs });
  } catch (error) {
    if (!(error instanceof TimedOut)) throw error;
    signal(pid, "SIGKILL");
    await waitUntil({ what: `${what} to end after SIGKILL`, probe: gone, intervalMs: 50, timeoutMs: 10_000 });
  }
}

const pidRecord = z.object({ pid: z.int().positive(), startTicks: z.string() });

type PidRecord = z.infer<typeof pidRecord>;

async function readRecord(pidFile: string): Promise<PidRecord | undefined> {
  const content = await readIfThere(pidFile);
  return content === undefined ? undefined : parseRecord(content);
}

function parseRecord(content: string): PidRecord | undefined {
  try {
    return pidRecord.safeParse(JSON.parse(content)).data;
  } catch {
    // A file that was cut off while it was written names no process.
    return undefined;
  }
}

/** Reads the last lines of a log file, for an error message. */
export async function lastLines(logFile: string, count: number): Promise<string> {
  const log = (await readIfThere(logFile)) ?? "";
  return log.trimEnd().split("\n").slice(-count).join("\n");
}

/**
 * Kills the processes of the session that a recorded process leads, its children in groups of their own among them, and
 * removes the file. The leader itself may be dead.
 */
export async function endSession(pidFile: string): Promise<void> {
  const record = await readRecord(pidFile);
  if (record !== undefined) {
    const leader = await readStat(record.pid);
    // While a session has members, the kernel gives its number to no other process.
    if (leader === undefined || leader.startTicks === record.startTicks) {
      const members = await processesWhere(async (pid) => (await readStat(pid))?.session === record.pid);
      await Promise.all(members.map((pid) => endPid(pid, { what: `process ${pid}`, graceMs: 0 })));
    }
  }
  await rm(pidFile, { force: true });
}

/** Finds the processes of this machine that `matches` accepts. One that ends while it is looked at does not count. */
export async function processesWhere(matches: (pid: number) => Promise<boolean>): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: number[] = [];
  for (const pid of pids) if (await matchesIfAlive(pid, matches)) found.push(pid);
  return found;
}

async function matchesIfAlive(pid: number, matches: (pid: number) => Promise<boolean>): Promise<boolean> {
  try {
    return await matches(pid);
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

async function startedAt(pid: number): Promise<string | undefined> {
  return (await readStat(pid))?.startTicks;
}

/**
 * Reads the name of a program that runs, at most 15 characters. Undefined when there is no process of that pid, or only its
 * zombie, which has the name until its parent has asked for it.
 */
export async function runningProgram(pid: number): Promise<string | undefined> {
  return (await readStat(pid))?.program;
}

/** Fields 2, 6 and 22 of /proc/<pid>/stat (proc_pid_stat(5)). Undefined when there is no such process, or only its zombie. */
async function readStat(pid: number): Promise<{ program: string; session: number; startTicks: string } | undefined> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  // The second field is the program's name in brackets and may hold spaces.
  const [state, , , session, ...rest] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  const startTicks = rest[15];
  if (stat === undefined || state === "Z" || startTicks === undefined) return undefined;
  const program = stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")"));
  return { program, session: Number(session), startTicks };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
