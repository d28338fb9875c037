import { readFile } from "node:fs/promises";
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
 * image and from a prepared one, beside the floor of the first on the same host. The stand-ins wait for nothing, so that what the
 * official plugins wait stands apart.
 */
export async function measureRebuild(cloud: RunningCloud): Promise<Measurement[]> {
  const run = ["--stack", "local", "--run", String(cloud.run.number)];
  const floor = await measureFloor(cloud);
  await npmScript("backup", ...run, "--now");
  const cold = await rebuildBoth(cloud, run, floor, { image: "Debian's image", ofVolume: 1.3, restored: 1.3 });
  const image = await timed(() => npmScript("image", ...run));
  const { exitCode, output } = await pulumi("config", "set", "imera:image", "prepared");
  if (exitCode !== 0) throw new Error(output);
  const prepared = await rebuildBoth(cloud, run, floor, { image: "a prepared image", ofVolume: 1, restored: 1.2 });
  return [
    ...floorRows(floor),
    ...cold,
    { what: "`npm run image`, from the command to its end", value: seconds(image) },
    ...prepared,
  ];
}

/** Image that rebuilds start from, by name, and what they may take beside the floor at most. */
interface Start {
  readonly image: string;
  readonly ofVolume: number;
  readonly restored: number;
}

/** Deletes the droplet, then droplet and volume, and rebuilds each time. */
async function rebuildBoth(cloud: RunningCloud, run: readonly string[], floor: Floor, start: Start) {
  await deleteDroplet();
  const ofVolume = await rebuild(cloud, run);
  await deleteVolumes(await deleteDroplet());
  const restored = await rebuild(cloud, run);
  return [
    ...rebuildRows(`from ${start.image}, volume there`, ofVolume, floor, start.ofVolume),
    ...rebuildRows(`from ${start.image}, restored from the backup`, restored, floor, start.restored),
  ];
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

async function rebuild({ run }: RunningCloud, args: readonly string[]): Promise<RebuildReport> {
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
