import { findImage, regions as catalogueRegions } from "./catalogue.ts";
import type { Cloud } from "./cloud.ts";
import type { Droplet, Snapshot, Work } from "./entities.ts";
import { nextId, type State } from "./state.ts";

/** Image that droplets can be made from: one of DigitalOcean's own, or a snapshot of the account. */
export interface BootImage {
  /** Slug, or the snapshot's id: what {@link Droplet} keeps and the hypervisor is told. */
  readonly reference: string;
  readonly minDiskGiB: number;
  /** Slugs of the regions that have it. */
  readonly regions: readonly string[];
}

/** The image with this slug or id that droplets can be made from; undefined when there is none. */
export function findBootImage(state: State, slugOrId: string | number): BootImage | undefined {
  const image = findImage(slugOrId);
  if (image !== undefined) return { reference: image.slug, minDiskGiB: image.minDiskGiB, regions: allRegions };
  const snapshot = state.snapshots.get(String(slugOrId));
  if (snapshot?.status !== "available") return undefined;
  const { id, minDiskGiB, regions } = snapshot;
  return { reference: String(id), minDiskGiB, regions };
}

/** The snapshots that can be used, oldest first. */
export function availableSnapshots({ snapshots }: State): Snapshot[] {
  return snapshots.all().filter(({ status }) => status === "available");
}

/** Records a snapshot of a droplet that is about to be made. Gives the work that makes it. */
export function beginSnapshot({ state, now }: Cloud, droplet: Droplet, name: string): Work {
  const id = nextId(state);
  state.snapshots.put(String(id), {
    id,
    name,
    dropletId: droplet.id,
    regions: [droplet.region],
    createdAt: now(),
    minDiskGiB: droplet.diskGiB,
    sizeGigabytes: snapshotSizeGigabytes,
    status: "making",
  });
  return { kind: "snapshotDroplet", dropletId: droplet.id, snapshotId: id };
}

/** Changes a snapshot's record, if there is one. */
export function finishSnapshot({ state }: Cloud, id: number, changes: Partial<Snapshot>): void {
  const snapshot = state.snapshots.get(String(id));
  if (snapshot !== undefined) state.snapshots.put(String(id), { ...snapshot, ...changes });
}

/** Adds a region to those that a snapshot can be used in. */
export function recordCopy({ state }: Cloud, id: number, region: string): void {
  const snapshot = state.snapshots.get(String(id));
  if (snapshot === undefined) return;
  state.snapshots.put(String(id), { ...snapshot, regions: [...new Set([...snapshot.regions, region])] });
}

/** Deletes a snapshot that can be used; what was made from it stays. */
export async function deleteSnapshot(cloud: Cloud, { id }: Snapshot): Promise<void> {
  await cloud.hypervisor.deleteSnapshot(String(id));
  finishSnapshot(cloud, id, { status: "deleted" });
}

const allRegions = catalogueRegions.map(({ slug }) => slug);

/** Size that DigitalOcean would bill; nobody pays here. */
const snapshotSizeGigabytes = 1.5;
