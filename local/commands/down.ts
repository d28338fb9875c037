import { existsSync } from "node:fs";
import { readdir, readFile, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";

import { execa } from "execa";

import { detachLoopDevices } from "../incus/volumes.ts";
import { deleteNamespace, namespaceExists, namespaceNames } from "../network/namespace.ts";
import { closeOutbound } from "../network/outbound.ts";
import { endPid, endProcess, processesWhere, runningPid } from "../../host/process.ts";
import type { Step } from "../../host/terminal/progress.ts";
import { endInterruptedRun } from "../../toolchain/engine/interrupted-run.ts";
import { type Run, runsFolder } from "../run/run.ts";
import { stackFiles } from "../stack/stack.ts";

/**
 * Takes a run down to nothing, whatever state it is in: half made, its daemons dead, this machine restarted. Nothing is asked
 * of Incus, so it need not answer. Resolves to whether there was anything.
 */
export async function takeDown(run: Run, step: Step): Promise<boolean> {
  if (![run.folder, run.files.upPid].some(existsSync) && !(await namespaceExists(run))) return false;
  await step("daemons", async () => {
    await endHolder(run);
    await endInterruptedRun(stackFiles(run));
    await endProcess(run.files.daemonPid, { what: "the cloud's daemon", graceMs: 10_000 });
  });
  await step("machines", async () => {
    await endMachines(run);
    await rm(run.files.incusPid, { force: true });
  });
  await step("volumes and files", async () => {
    await detachLoopDevices((file) => file.startsWith(`${run.folder}/`));
    await unmountInside(run.folder);
    await rm(run.folder, { recursive: true, force: true });
    await removeLxcLeftovers(run);
  });
  await step("network", async () => {
    await endProcessesInNamespace(run);
    await closeOutbound(run);
    await deleteNamespace(run);
  });
  await removeCgroups(run);
  await removeIfEmpty(runsFolder);
  return true;
}

/** Ends whoever else changes the run. */
async function endHolder({ files }: Run): Promise<void> {
  if ((await runningPid(files.upPid)) === process.pid) return;
  await endProcess(files.upPid, { what: "the start that is under way", graceMs: 3000 });
}

/** Kills all processes of the run's machines, those that watch over them, and daemons whose pid files are lost. */
async function endMachines(run: Run): Promise<void> {
  const isOurs = async (pid: number) =>
    (await isInMachine(run, pid)) || (await isEngine(run, pid)) || (await isDaemon(run, pid));
  // A machine may start another process while one is killed.
  for (let round = 0; round < 5; round++) {
    const found = await processesWhere(isOurs);
    if (found.length === 0) return;
    await Promise.all(found.map((pid) => endPid(pid, { what: `process ${pid} of the run`, graceMs: 0 })));
  }
}

/** The path of its control group holds the instance's name, which begins with the run's. */
async function isInMachine(run: Run, pid: number): Promise<boolean> {
  const mark = new RegExp(`/lxc\\.(payload|monitor)\\.${run.name}-`);
  return mark.test(await readFile(`/proc/${pid}/cgroup`, "utf8"));
}

async function isEngine(run: Run, pid: number): Promise<boolean> {
  if ((await readFile(`/proc/${pid}/comm`, "utf8")) !== "incusd\n") return false;
  const environment = await readFile(`/proc/${pid}/environ`, "utf8");
  return environment.split("\0").includes(`INCUS_DIR=${run.files.incus}`);
}

async function isDaemon(run: Run, pid: number): Promise<boolean> {
  const [, program, settings] = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
  return program?.endsWith("/local/daemon.ts") === true && settings === run.files.daemonSettings;
}

/** Ends what else runs in the namespace: a daemon whose pid file is lost. */
async function endProcessesInNamespace(run: Run): Promise<void> {
  if (!(await namespaceExists(run))) return;
  const { stdout } = await execa("ip", ["netns", "pids", run.name]);
  const pids = stdout.split("\n").filter((line) => line !== "");
  await Promise.all(pids.map((pid) => endPid(Number(pid), { what: `process ${pid}`, graceMs: 5000 })));
}

async function unmountInside(folder: string): Promise<void> {
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "");
  // The innermost first.
  for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).reverse()) await execa("umount", [mount]);
}

/** liblxc's locks lie in /run, under the path of the run's containers. */
async function removeLxcLeftovers(run: Run): Promise<void> {
  await rm(join("/run/lxc/lock", run.folder), { recursive: true, force: true });
  for (let folder = join("/run/lxc/lock", runsFolder); folder !== "/run"; folder = join(folder, "..")) {
    await removeIfEmpty(folder);
  }
}

async function removeCgroups(run: Run): Promise<void> {
  const { stdout: root } = await execa("findmnt", [
    "--first-only",
    "--noheadings",
    "--output",
    "TARGET",
    "-t",
    "cgroup2",
  ]);
  const others = (await namespaceNames()).some((name) => /^imera\d+$/.test(name));
  for (const name of await readdir(root)) {
    const isOurs = new RegExp(`^lxc\\.(payload|monitor)\\.${run.name}-`).test(name);
    if (isOurs || (name === "lxc.pivot" && !others)) await removeCgroupTree(join(root, name));
  }
}

async function removeCgroupTree(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries) if (entry.isDirectory()) await removeCgroupTree(join(folder, entry.name));
  await rmdir(folder);
}

async function removeIfEmpty(folder: string): Promise<void> {
  if (existsSync(folder) && (await readdir(folder)).length === 0) await rmdir(folder);
}
