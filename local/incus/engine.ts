import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";

import { z } from "zod";

import { inNamespace } from "../network/namespace.ts";
import { isRunning, lastLines, startDaemon } from "../../host/process.ts";
import type { Run } from "../run/run.ts";
import { isUnreachable } from "../../host/error.ts";
import { notYetOn, waitUntil } from "../../host/wait-until.ts";
import { createIncus, type Incus, IncusError } from "./client.ts";

/** Name of the run's storage pool and of the profile that puts a root disk on it. */
const pool = "default";

/**
 * Starts the run's own Incus inside its network namespace, with a storage pool, and resolves when it answers. One that runs
 * already is kept.
 */
export async function startEngine(run: Run): Promise<Incus> {
  const incus = createIncus(run.files.incus);
  if (!(await isRunning(run.files.incusPid))) await launch(run);
  await waitUntil({
    what: `Incus of run ${run.number} to answer`,
    probe: notYetOn(isStarting, async () => {
      if (!(await isRunning(run.files.incusPid))) throw new Error(await lastWords(run));
      await incus.get("");
      return { value: true };
    }),
    intervalMs: 100,
    timeoutMs: 60_000,
  });
  await makePool(incus);
  return incus;
}

/** Until it has started, Incus has no socket, or refuses there. */
function isStarting(error: unknown): boolean {
  return isUnreachable(error) || error instanceof IncusError;
}

// Where systemd is not the init, /sys/fs/cgroup is a mix of versions 1 and 2 that Incus cannot use, and /sys of a network
// namespace has no cgroups at all: both are cured by mounting the version 2 tree there, for this process alone. The engine
// would ask a server in the Internet for a list it has no use for; without a resolver it cannot.
const launcher = `set -e
mount -t cgroup2 cgroup2 /sys/fs/cgroup
resolver=$(readlink -f /etc/resolv.conf)
[ ! -e "$resolver" ] || mount --bind /dev/null "$resolver"
exec "$0" --group root`;

async function launch(run: Run): Promise<void> {
  await mkdir(run.files.incus, { recursive: true, mode: 0o711 });
  const inMountNamespace = ["unshare", "--mount", "--propagation", "slave", "sh", "-c", launcher, findIncusd()];
  await startDaemon({
    command: inNamespace(run, inMountNamespace),
    env: { INCUS_DIR: run.files.incus },
    logFile: run.files.incusLog,
    pidFile: run.files.incusPid,
  });
}

function findIncusd(): string {
  const places = ["/usr/libexec/incus/incusd", "/opt/incus/bin/incusd", "/usr/bin/incusd"];
  const found = places.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new Error(
    `Incus is installed but its daemon is at none of ${places.join(", ")}. Reinstall the package incus-base.`,
  );
}

async function makePool(incus: Incus): Promise<void> {
  if ((await incus.get(`/storage-pools/${pool}`)) !== undefined) return;
  const { environment } = serverSchema.parse(await incus.get(""));
  const drivers = environment.storage_supported_drivers.map(({ Name }) => Name);
  await incus.send("POST", "/storage-pools", { name: pool, ...poolStorage(drivers) });
  await incus.send("PATCH", "/profiles/default", { devices: { root: { type: "disk", path: "/", pool } } });
}

const serverSchema = z.object({
  environment: z.object({ storage_supported_drivers: z.array(z.object({ Name: z.string() })) }),
});

/**
 * Chooses how a pool stores root disks, of the storage drivers that Incus has on this machine. On btrfs a new machine shares its
 * image's blocks, and is there at once; else each gets a copy of all files. The size is that of a sparse file, and bounds nothing.
 */
export function poolStorage(drivers: readonly string[]): { driver: string; config?: Readonly<Record<string, string>> } {
  return drivers.includes("btrfs") ? { driver: "btrfs", config: { size: "200GiB" } } : { driver: "dir" };
}

async function lastWords(run: Run): Promise<string> {
  return `Incus ended. The last lines of ${run.files.incusLog}:\n${await lastLines(run.files.incusLog, 5)}`;
}
