import { readFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { RunningCloud } from "../../local/run/running-cloud.ts";
import { notYet, waitUntil } from "../../host/wait-until.ts";
import { rebuildReport, type RebuildReport } from "../../scripts/rebuild/report.ts";
import { pulumi } from "../network/engine.ts";
import { digitaloceanAction, digitaloceanList, digitaloceanRequest } from "../network/vendors.ts";
import { repositoryRoot } from "../runner/repository.ts";
import { type Floor, floorRows, measureFloor } from "./floor.ts";
import { officialWaitSeconds } from "./official-waits.ts";
import { type Measurement, ratio, seconds, timed } from "./table.ts";

/**
 * Measures `npm run rebuild` for a network that is up: with the droplet gone, and with droplet and volume gone, from Debian's
 * image and from a prepared one, beside the floor of the first on the same host: the middle of those before and after, because other
 * work on the host, or at the package mirror, changes with time. The stand-ins wait for nothing, so that what the official plugins
 * wait stands apart.
 */
export async function measureRebuild(cloud: MeasuredCloud): Promise<Measurement[]> {
  const run = ["--stack", "local", "--run", String(cloud.run.number)];
  const before = await measureFloor(cloud);
  const starts = await rebuildFromBothImages(cloud, run);
  const after = await measureFloor(cloud);
  const floor = { boot: (before.boot + after.boot) / 2, install: (before.install + after.install) / 2 };
  return [
    ...floorRows(before),
    ...floorRows(after),
    ...starts.flatMap(({ start, ofVolume, restored, image }) => [
      ...(image === undefined ? [] : [{ what: "`npm run image`, from the command to its end", value: seconds(image) }]),
      ...rebuildRows(`from ${start.image}, volume there`, ofVolume, floor, start.ofVolume),
      ...rebuildRows(`from ${start.image}, restored from the backup`, restored, floor, start.restored),
    ]),
    { what: "load of the last 15 minutes", value: loadavg()[2]?.toFixed(1) ?? "unknown" },
  ];
}

async function rebuildFromBothImages(cloud: MeasuredCloud, run: readonly string[]): Promise<Rebuilt[]> {
  await npmScript("backup", ...run, "--now");
  await useImage("debian-13-x64");
  const cold = await rebuildBoth(cloud, run, { image: "Debian's image", ofVolume: 1.3, restored: 1.3 });
  const image = await timed(() => npmScript("image", ...run));
  await useImage("prepared");
  return [
    cold,
    { ...(await rebuildBoth(cloud, run, { image: "a prepared image", ofVolume: 1, restored: 1.2 })), image },
  ];
}

async function useImage(image: string): Promise<void> {
  const { exitCode, output } = await pulumi("config", "set", "imera:image", image);
  if (exitCode !== 0) throw new Error(output);
}

/** Reports of both rebuilds from one image; `image` is the time in ms that it took to make that. */
interface Rebuilt {
  readonly start: Start;
  readonly ofVolume: RebuildReport;
  readonly restored: RebuildReport;
  readonly image?: number;
}

/** Local cloud that runs. */
type MeasuredCloud = Pick<RunningCloud, "run" | "incus">;

/** Image that rebuilds start from, by name, and what they may take beside the floor at most. */
interface Start {
  readonly image: string;
  readonly ofVolume: number;
  readonly restored: number;
}

/** Deletes the droplet, then droplet and volume, and rebuilds each time. */
async function rebuildBoth(cloud: MeasuredCloud, run: readonly string[], start: Start): Promise<Rebuilt> {
  await deleteDroplet();
  const ofVolume = await rebuild(cloud, run);
  await deleteVolumes(await deleteDroplet());
  const restored = await rebuild(cloud, run);
  return { start, ofVolume, restored };
}

function rebuildRows(
  what: string,
  { rtoSeconds, phases, operations }: RebuildReport,
  floor: Floor,
  atMost: number,
): Measurement[] {
  const waits = officialWaitSeconds(operations);
  return [
    { what: `rebuild, ${what}: from the command to the proof`, value: seconds(rtoSeconds * 1000) },
    ...phases
      .filter((phase) => phase.seconds > 0)
      .map(({ name, seconds: time }) => ({ what: `of which ${name}`, value: seconds(time * 1000) })),
    { what: "besides: fixed waits of the official plugins for the same, one after the other", value: `${waits} s` },
    ratio(`rebuild beside its floor, ${what}`, rtoSeconds * 1000, floor.boot + floor.install, atMost),
  ];
}

async function rebuild({ run }: MeasuredCloud, args: readonly string[]): Promise<RebuildReport> {
  const file = join(run.folder, "rebuild-measured.json");
  await npmScript("rebuild", ...args, "--yes", "--json", file);
  return rebuildReport.parse(JSON.parse(await readFile(file, "utf8")));
}

/** Deletes the network's droplet, which Pulumi does not know of. Resolves to the volumes it had. */
export async function deleteDroplet(): Promise<readonly string[]> {
  const droplets = (await digitaloceanList("droplets")) as { id: number; volume_ids: string[] }[];
  for (const { id } of droplets) await digitaloceanRequest("DELETE", `droplets/${id}`);
  await waitUntil({
    what: "the droplet to be gone",
    probe: async () => {
      const left = await digitaloceanList("droplets");
      return left.length === 0 ? { value: undefined } : notYet(`${left.length} droplets`);
    },
    intervalMs: 250,
    timeoutMs: 60_000,
  });
  return droplets.flatMap(({ volume_ids: volumes }) => volumes);
}

async function deleteVolumes(ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const { volume } = await digitaloceanRequest<{ volume: { droplet_ids: number[] } }>("GET", `volumes/${id}`);
    for (const droplet of volume.droplet_ids) {
      await digitaloceanAction(`volumes/${id}/actions`, { type: "detach", droplet_id: droplet });
    }
    await digitaloceanRequest("DELETE", `volumes/${id}`);
  }
}

async function npmScript(name: string, ...args: string[]): Promise<void> {
  const script = join(repositoryRoot, `scripts/${name}.ts`);
  await execa(process.execPath, [script, ...args], { cwd: repositoryRoot, stdio: ["ignore", "inherit", "inherit"] });
}
