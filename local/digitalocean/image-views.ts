import { findImage, regions, type Image } from "./catalogue.ts";
import type { Droplet, Snapshot } from "./entities.ts";
import type { State } from "./state.ts";

// Images and snapshots as DigitalOcean's API shows them: field names and shapes are those of its OpenAPI document.

/** Shows one of DigitalOcean's own images. */
export function imageView(image: Image) {
  return {
    id: image.id,
    name: image.name,
    distribution: image.distribution,
    slug: image.slug as string | null,
    public: true,
    regions: regions.map(({ slug }) => slug),
    created_at: image.createdAt,
    type: "base",
    min_disk_size: image.minDiskGiB,
    size_gigabytes: image.sizeGigabytes,
    description: image.description,
    tags: [],
    status: "available",
  };
}

/** Shows a snapshot as the image that it is. */
export function snapshotImageView(snapshot: Snapshot): ReturnType<typeof imageView> {
  return {
    id: snapshot.id,
    name: snapshot.name,
    distribution: "Debian",
    slug: null,
    public: false,
    regions: snapshot.regions,
    created_at: snapshot.createdAt,
    type: "snapshot",
    min_disk_size: snapshot.minDiskGiB,
    size_gigabytes: snapshot.sizeGigabytes,
    description: "",
    tags: [],
    status: "available",
  };
}

/** Shows a snapshot as `/v2/snapshots` does. */
export function snapshotView(snapshot: Snapshot) {
  return {
    ...snapshotBase(snapshot),
    id: String(snapshot.id),
    resource_id: String(snapshot.dropletId),
    resource_type: "droplet",
    tags: [],
  };
}

/** Shows a snapshot in the list of its droplet's. */
export function dropletSnapshotView(snapshot: Snapshot) {
  return { ...snapshotBase(snapshot), id: snapshot.id, type: "snapshot" };
}

/** Shows the image that a droplet was made from, which may be a snapshot that was deleted since. */
export function bootImageView(state: State, { id, image: reference }: Droplet): ReturnType<typeof imageView> {
  const image = findImage(reference);
  if (image !== undefined) return imageView(image);
  const snapshot = state.snapshots.get(reference);
  if (snapshot === undefined) throw new Error(`droplet ${id}: its image ${reference} is not in the state`);
  return snapshotImageView(snapshot);
}

function snapshotBase({ name, regions: available, createdAt, minDiskGiB, sizeGigabytes }: Snapshot) {
  return {
    name,
    created_at: createdAt,
    regions: available,
    min_disk_size: minDiskGiB,
    size_gigabytes: sizeGigabytes,
  };
}
