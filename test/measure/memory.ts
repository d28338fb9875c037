import { readdir } from "node:fs/promises";
import { createIncus } from "../../local/incus/client.ts";
import { execInside } from "../../local/incus/exec.ts";
import { runningPid } from "../../host/process.ts";
import { readIfThere } from "../../host/read-if-there.ts";
import type { Run } from "../../local/run/run.ts";
import type { Measurement } from "./table.ts";

/** Proportional set size of what the local cloud runs beside Incus: its daemon and the ACME server. */
export async function measureMemory(run: Run): Promise<Measurement[]> {
  const daemon = await runningPid(run.files.daemonPid);
  if (daemon === undefined) throw new Error(`the daemon of run ${run.number} does not run`);
  const daemonMiB = await sizeMiB(await withChildren(daemon));
  const acmeMiB = await sizeMiB(await acmeServer(run));
  const total = daemonMiB + acmeMiB;
  return [
    { what: "memory of both APIs and DNS", value: `${daemonMiB.toFixed(0)} MiB` },
    { what: "memory of the ACME server", value: `${acmeMiB.toFixed(0)} MiB` },
    {
      what: "memory of the local cloud's own processes",
      value: `${total.toFixed(0)} MiB`,
      goal: { text: "under 300 MB", met: total * 1.048576 < 300 },
    },
  ];
}

/** Pids on this machine of Pebble, which runs in a container of its own. */
async function acmeServer(run: Run): Promise<number[]> {
  const instance = `${run.name}-acme`;
  if ((await createIncus(run.files.incus).get(`/instances/${instance}`)) === undefined) return [];
  const inside = await execInside(run, instance, ["pidof", "pebble"], { timeoutMs: 10_000 });
  const pids = await processIds();
  const matches = await Promise.all(
    pids.map(async (pid) => {
      const status = (await readIfThere(`/proc/${pid}/status`)) ?? "";
      const [, command] = /^Name:\s+(.*)$/m.exec(status) ?? [];
      const innermost = /^NSpid:.*\s(\d+)$/m.exec(status)?.[1];
      return command === "pebble" && innermost === inside.trim();
    }),
  );
  return pids.filter((_, index) => matches[index] === true);
}

async function withChildren(pid: number): Promise<number[]> {
  const children = ((await readIfThere(`/proc/${pid}/task/${pid}/children`)) ?? "")
    .split(" ")
    .filter((child) => child !== "");
  const below = await Promise.all(children.map((child) => withChildren(Number(child))));
  return [pid, ...below.flat()];
}

async function sizeMiB(pids: readonly number[]): Promise<number> {
  const sizes = await Promise.all(
    pids.map(async (pid) => {
      const rollup = (await readIfThere(`/proc/${pid}/smaps_rollup`)) ?? "";
      return Number(/^Pss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) / 1024;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function processIds(): Promise<number[]> {
  return (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
}
