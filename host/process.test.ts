import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { endProcess, endSession, isRunning, lastLines, processesWhere, runningPid, startDaemon } from "./process.ts";
import { notYet, waitUntil } from "./wait-until.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "imera-process-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function start(script: string) {
  const [pidFile, logFile] = [join(folder, "pid"), join(folder, "log")];
  await startDaemon({ command: ["sh", "-c", script], env: { GREETING: "hello" }, logFile, pidFile });
  return { pidFile, logFile };
}

async function logged(logFile: string, line: string) {
  await waitUntil({
    what: `${line} in the log`,
    probe: async () => ((await lastLines(logFile, 1)) === line ? { value: true } : notYet("something else")),
    intervalMs: 10,
    timeoutMs: 5000,
  });
}

test("a daemon runs on, writes its log, and ends when it is asked to", async () => {
  const { pidFile, logFile } = await start("echo $GREETING; exec sleep 60");
  expect(await isRunning(pidFile)).toBe(true);
  await logged(logFile, "hello");
  await endProcess(pidFile, { what: "the daemon", graceMs: 5000 });
  expect(await isRunning(pidFile)).toBe(false);
  expect(existsSync(pidFile)).toBe(false);
});

test("one that does not listen is killed", async () => {
  const { pidFile, logFile } = await start("trap '' TERM; echo deaf; while :; do sleep 0.05; done");
  await logged(logFile, "deaf");
  await endProcess(pidFile, { what: "the daemon", graceMs: 200 });
  expect(await isRunning(pidFile)).toBe(false);
});

test("another process with the same number is not taken for it", async () => {
  const pidFile = join(folder, "pid");
  await writeFile(pidFile, JSON.stringify({ pid: process.pid, startTicks: "1" }));
  expect(await isRunning(pidFile)).toBe(false);
  await endProcess(pidFile, { what: "nothing", graceMs: 100 });
});

test("a pid file that is missing or cut off names no process", async () => {
  expect(await isRunning(join(folder, "none"))).toBe(false);
  await writeFile(join(folder, "pid"), '{"pid": 1');
  expect(await isRunning(join(folder, "pid"))).toBe(false);
});

test("the children of a killed leader end with its session", async () => {
  const { pidFile } = await start("sleep 61 & sleep 61");
  const leader = await runningPid(pidFile);
  if (leader === undefined) throw new Error("the leader does not run");
  const children = () =>
    processesWhere(async (pid) => {
      const [, state, , , session] = (await readFile(`/proc/${pid}/stat`, "utf8")).split(/\) | /).slice(1);
      return session === String(leader) && state !== "Z";
    });
  await waitUntil({
    what: "the children",
    probe: async () => ((await children()).length === 3 ? { value: true } : notYet("fewer")),
    intervalMs: 10,
    timeoutMs: 5000,
  });
  process.kill(leader, "SIGKILL");
  await endSession(pidFile);
  expect(await children()).toEqual([]);
});
