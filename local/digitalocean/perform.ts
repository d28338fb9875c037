import type { DropletSpec, PowerChange, VolumeSpec } from "./hypervisor.ts";
import { findSize, type Size } from "./catalogue.ts";
import type { Cloud } from "./cloud.ts";
import type { Droplet, Volume, Work } from "./entities.ts";
import { networkOf } from "./filters.ts";
import { finishSnapshot, recordCopy } from "./snapshots.ts";
import { removeDroplet } from "./remove-droplet.ts";

/**
 * Performs the work of an action: first on the hypervisor, then in the state. Safe to perform again after an
 * interruption; work on a droplet or volume that is gone is done. Rejects with the hypervisor's error.
 */
export async function perform(cloud: Cloud, work: Work): Promise<void> {
  switch (work.kind) {
    case "attachVolume":
    case "detachVolume":
    case "resizeVolume":
      return performOnVolume(cloud, work);
    case "assignIp":
    case "unassignIp":
      return assignIp(cloud, work.ip, work.kind === "assignIp" ? work.dropletId : null);
    case "copySnapshot":
      recordCopy(cloud, work.snapshotId, work.region);
      return;
    default: {
      const droplet = cloud.state.droplets.get(String(work.dropletId));
      return droplet === undefined ? undefined : performOnDroplet(cloud, droplet, work);
    }
  }
}

/** Shows in the state that work has failed: a client that waits for "active" gives up at "off", but would wait while "new". */
export function recordFailure(cloud: Cloud, work: Work): void {
  if (work.kind === "createDroplet") change(cloud, work.dropletId, { status: "off" });
  if (work.kind === "snapshotDroplet") cloud.state.snapshots.delete(String(work.snapshotId));
}

/** Makes the specification of a droplet for the hypervisor, at creation and at each start of the local cloud. */
export function dropletSpec({ state }: Cloud, droplet: Droplet): DropletSpec {
  const size = requireSize(droplet.size);
  return {
    id: droplet.id,
    name: droplet.name,
    image: droplet.image,
    region: droplet.region,
    vcpus: size.vcpus,
    memoryMiB: size.memoryMiB,
    diskGiB: droplet.diskGiB,
    ...(droplet.userData === null ? {} : { userData: droplet.userData }),
    sshPublicKeys: droplet.sshPublicKeys,
    network: networkOf(state, droplet),
    volumeIds: state.volumes.all().flatMap((volume) => (volume.dropletId === droplet.id ? [volume.id] : [])),
  };
}

/** Makes the specification of a volume for the hypervisor. */
export function volumeSpec({ id, name, sizeGiB, filesystem }: Volume): VolumeSpec {
  return { id, name, sizeGiB, ...(filesystem === null ? {} : { filesystem }) };
}

type DropletWork = Exclude<Work, VolumeWork | { kind: "assignIp" | "unassignIp" | "copySnapshot" }>;
type VolumeWork = Extract<Work, { volumeId: string }>;

async function performOnDroplet(cloud: Cloud, droplet: Droplet, work: DropletWork): Promise<void> {
  const { hypervisor } = cloud;
  switch (work.kind) {
    case "createDroplet":
      return createDroplet(cloud, droplet);
    case "destroyDroplet":
      await hypervisor.destroyDroplet(droplet.id);
      return removeDroplet(cloud, droplet);
    case "power":
      await hypervisor.setPower(droplet.id, work.change);
      change(cloud, droplet.id, { status: statusAfter(work.change) });
      return;
    case "resizeDroplet": {
      const { vcpus, memoryMiB, diskGiB: sizeDiskGiB } = requireSize(work.size);
      const diskGiB = work.disk ? sizeDiskGiB : droplet.diskGiB;
      await hypervisor.resizeDroplet(droplet.id, { vcpus, memoryMiB, diskGiB });
      change(cloud, droplet.id, { size: work.size, diskGiB });
      return;
    }
    case "snapshotDroplet":
      await hypervisor.snapshotDroplet(droplet.id, String(work.snapshotId));
      finishSnapshot(cloud, work.snapshotId, { status: "available" });
      return;
    case "renameDroplet":
      await hypervisor.renameDroplet(droplet.id, work.name);
      change(cloud, droplet.id, { name: work.name });
      return;
    case "setBackups":
      change(cloud, droplet.id, { backupPolicy: work.policy });
      return;
    default:
      return assertNever(work);
  }
}

async function createDroplet(cloud: Cloud, droplet: Droplet): Promise<void> {
  // The filter comes first: a droplet is never up without it.
  await cloud.network.applyFirewalls();
  await cloud.hypervisor.createDroplet(dropletSpec(cloud, droplet));
  change(cloud, droplet.id, { status: "active" });
}

async function performOnVolume({ state, hypervisor }: Cloud, work: VolumeWork): Promise<void> {
  const volume = state.volumes.get(work.volumeId);
  if (volume === undefined) return;
  switch (work.kind) {
    case "attachVolume":
      await hypervisor.attachVolume(volume.id, work.dropletId);
      break;
    case "detachVolume":
      await hypervisor.detachVolume(volume.id, work.dropletId);
      break;
    case "resizeVolume":
      await hypervisor.resizeVolume(volume.id, work.sizeGiB);
      break;
    default:
      return assertNever(work);
  }
  // Tags may have changed meanwhile.
  const current = state.volumes.get(volume.id);
  if (current !== undefined) state.volumes.put(volume.id, { ...current, ...volumeChange(work) });
}

function volumeChange(work: VolumeWork): Partial<Volume> {
  if (work.kind === "resizeVolume") return { sizeGiB: work.sizeGiB };
  return { dropletId: work.kind === "attachVolume" ? work.dropletId : null };
}

async function assignIp({ state, network }: Cloud, ip: string, dropletId: number | null): Promise<void> {
  const before = state.reservedIps.get(ip);
  if (before === undefined) return;
  state.reservedIps.put(ip, { ...before, dropletId });
  try {
    await network.applyReservedIps();
  } catch (error) {
    state.reservedIps.put(ip, before);
    throw error;
  }
}

function change({ state }: Cloud, id: number, changes: Partial<Droplet>): void {
  const droplet = state.droplets.get(String(id));
  if (droplet !== undefined) state.droplets.put(String(id), { ...droplet, ...changes });
}

function statusAfter(change: PowerChange): Droplet["status"] {
  return change === "powerOff" || change === "shutdown" ? "off" : "active";
}

function requireSize(slug: string): Size {
  const size = findSize(slug);
  if (size === undefined) throw new Error(`size ${slug} is not in the catalogue`);
  return size;
}

function assertNever(value: never): never {
  throw new Error(`unknown work ${JSON.stringify(value)}`);
}
