import { Hono } from "hono";
import { z } from "zod";
import { list, readBody } from "../body.ts";
import { findRegion } from "../catalogue.ts";
import type { Cloud } from "../cloud.ts";
import type { Action, Volume } from "../entities.ts";
import { conflict, notFound, unprocessable, unsupported, type Env } from "../errors.ts";
import { volumeLimit, volumeSizeMaxGiB } from "../limits.ts";
import { ensureTags, joinProject } from "../membership.ts";
import { page } from "../paging.ts";
import { volumeSpec } from "../perform.ts";
import { volumeView } from "../views.ts";
import { answerAction, answerActions } from "./actions.ts";
import { startNamedVolumeAction, startVolumeAction } from "./volume-actions.ts";

const createVolume = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/, {
    error: "must be lowercase, begin with a letter, be of letters, numbers and '-', and have at most 64 characters",
  }),
  region: z.string(),
  size_gigabytes: z.int().min(1).max(volumeSizeMaxGiB),
  description: z.string().default(""),
  snapshot_id: z.string().default(""),
  filesystem_type: z.enum(["", "ext4", "xfs"]).default(""),
  filesystem_label: z.string().default(""),
  tags: list(z.string()),
});

/** `/v2/volumes` with its actions. */
export function volumeRoutes(cloud: Cloud) {
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "volumes", selectVolumes(cloud, c.req.query()).map(volumeView))))
    .post("/", async (c) => {
      const volume = await create(cloud, await readBody(c, createVolume));
      return c.json({ volume: volumeView(volume) }, 201);
    })
    .delete("/", async (c) => {
      const { name, region } = c.req.query();
      const [volume] = name === undefined || region === undefined ? [] : selectVolumes(cloud, { name, region });
      if (volume === undefined) throw notFound();
      await remove(cloud, volume);
      return c.body(null, 204);
    })
    .post("/actions", (c) => startNamedVolumeAction(c, cloud))
    .get("/:id", (c) => c.json({ volume: volumeView(requireVolume(cloud, c.req.param("id"))) }))
    .delete("/:id", async (c) => {
      await remove(cloud, requireVolume(cloud, c.req.param("id")));
      return c.body(null, 204);
    })
    .get("/:id/actions", (c) => answerActions(c, cloud, of(requireVolume(cloud, c.req.param("id")))))
    .post("/:id/actions", (c) => startVolumeAction(c, cloud, requireVolume(cloud, c.req.param("id"))))
    .get("/:id/actions/:action", (c) =>
      answerAction(c, cloud, c.req.param("action"), of(requireVolume(cloud, c.req.param("id")))),
    )
    .get("/:id/snapshots", (c) => {
      requireVolume(cloud, c.req.param("id"));
      return c.json(page(c, "snapshots", []));
    });
}

function of({ id }: Volume): (action: Action) => boolean {
  return ({ work }) => "volumeId" in work && work.volumeId === id;
}

function selectVolumes({ state }: Cloud, wanted: { name?: string; region?: string }): Volume[] {
  return state.volumes
    .all()
    .filter(({ name }) => wanted.name === undefined || name === wanted.name)
    .filter(({ region }) => wanted.region === undefined || region === wanted.region);
}

function requireVolume({ state }: Cloud, id: string): Volume {
  const volume = state.volumes.get(id);
  if (volume === undefined) throw notFound();
  return volume;
}

async function create(cloud: Cloud, body: z.infer<typeof createVolume>): Promise<Volume> {
  const { state, hypervisor } = cloud;
  const region = findRegion(body.region)?.slug;
  if (region === undefined) throw unprocessable("You specified an invalid region for Volume creation.");
  if (body.snapshot_id !== "") throw unsupported("volumes from snapshots");
  if (selectVolumes(cloud, { name: body.name, region }).length > 0) throw conflict("volume already exists");
  if (state.volumes.all().length >= volumeLimit) {
    throw unprocessable("failed to create volume: volume/snapshot capacity limit exceeded");
  }
  ensureTags(state, body.tags);
  const volume: Volume = {
    id: cloud.uuid(),
    name: body.name,
    description: body.description,
    region,
    sizeGiB: body.size_gigabytes,
    filesystem: filesystemOf(body),
    createdAt: cloud.now(),
    tags: [...new Set(body.tags)],
    dropletId: null,
  };
  // Recorded first: two requests for one name cannot both pass, and a crash leaves nothing that is not known.
  state.volumes.put(volume.id, volume);
  joinProject(cloud, `do:volume:${volume.id}`);
  try {
    await hypervisor.createVolume(volumeSpec(volume));
  } catch (error) {
    forget(cloud, volume);
    throw error;
  }
  return volume;
}

function filesystemOf({
  filesystem_type: type,
  filesystem_label: label,
}: z.infer<typeof createVolume>): Volume["filesystem"] {
  if (type === "") {
    if (label !== "") throw unprocessable("filesystem_label needs a filesystem_type.");
    return null;
  }
  const maximum = type === "ext4" ? 16 : 12;
  if (label.length > maximum) {
    throw unprocessable(`filesystem_label of ${type} may have at most ${maximum} characters.`);
  }
  return { type, label };
}

async function remove(cloud: Cloud, volume: Volume): Promise<void> {
  cloud.actions.assertFree({ volumeId: volume.id });
  if (volume.dropletId !== null) {
    throw conflict("A volume that's attached to a Droplet cannot be deleted. Please detach it first before deleting.");
  }
  await cloud.hypervisor.deleteVolume(volume.id);
  forget(cloud, volume);
}

function forget({ state }: Cloud, { id }: Volume): void {
  state.volumes.delete(id);
  state.projectResources.delete(`do:volume:${id}`);
}
