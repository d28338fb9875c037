import type { Context } from "hono";
import { z } from "zod";
import { list, readBody } from "../body.ts";
import { requireDroplet, type Cloud } from "../cloud.ts";
import type { Volume, Work } from "../entities.ts";
import { notFound, unprocessable, type Env } from "../errors.ts";
import { volumeSizeMaxGiB, volumesPerDroplet } from "../limits.ts";
import { ensureTags } from "../membership.ts";
import { actionView } from "../views.ts";

const region = z.string().optional();
const dropletId = z.coerce.number().pipe(z.int().positive());
const attach = z.strictObject({ type: z.literal("attach"), droplet_id: dropletId, region, tags: list(z.string()) });
const detach = z.strictObject({ type: z.literal("detach"), droplet_id: dropletId, region });
const resize = z.strictObject({
  type: z.literal("resize"),
  size_gigabytes: z.int().positive().max(volumeSizeMaxGiB),
  region,
});
const actionBody = z.discriminatedUnion("type", [attach, detach, resize]);
const volumeName = { volume_name: z.string(), region: z.string() };
const namedActionBody = z.discriminatedUnion("type", [attach.extend(volumeName), detach.extend(volumeName)]);
type ActionBody = z.infer<typeof actionBody>;

/** `POST /v2/volumes/{id}/actions`: attach, detach, resize. Answers 202 with the action, in progress. */
export async function startVolumeAction(c: Context<Env>, cloud: Cloud, volume: Volume): Promise<Response> {
  return start(c, cloud, volume, await readBody(c, actionBody));
}

/** `POST /v2/volumes/actions`: attach and detach a volume by its name and region. */
export async function startNamedVolumeAction(c: Context<Env>, cloud: Cloud): Promise<Response> {
  const body = await readBody(c, namedActionBody);
  const volume = cloud.state.volumes
    .all()
    .find(({ name, region: where }) => name === body.volume_name && where === body.region);
  if (volume === undefined) throw notFound();
  return start(c, cloud, volume, body);
}

function start(c: Context<Env>, cloud: Cloud, volume: Volume, body: ActionBody): Response {
  if (body.region !== undefined && body.region !== "" && body.region !== volume.region) {
    throw unprocessable(`Volume ${volume.name} is in ${volume.region}, not in ${body.region}.`);
  }
  const work = workFor(cloud, volume, body);
  const action = cloud.actions.start({
    type: body.type,
    resourceType: "volume",
    resourceId: null,
    region: volume.region,
    work,
  });
  return c.json({ action: actionView(action) }, 202);
}

function workFor(cloud: Cloud, volume: Volume, body: ActionBody): Work {
  switch (body.type) {
    case "attach":
      cloud.actions.assertFree({ dropletId: body.droplet_id, volumeId: volume.id });
      assertAttachable(cloud, volume, body.droplet_id);
      ensureTags(cloud.state, body.tags);
      if (body.tags.length > 0) {
        cloud.state.volumes.put(volume.id, { ...volume, tags: [...new Set([...volume.tags, ...body.tags])] });
      }
      return { kind: "attachVolume", volumeId: volume.id, dropletId: body.droplet_id };
    case "detach":
      cloud.actions.assertFree({ dropletId: body.droplet_id, volumeId: volume.id });
      if (volume.dropletId !== body.droplet_id) throw unprocessable("Attachment not found");
      return { kind: "detachVolume", volumeId: volume.id, dropletId: body.droplet_id };
    case "resize":
      if (body.size_gigabytes <= volume.sizeGiB) {
        throw unprocessable(
          `A volume can only grow: it has ${volume.sizeGiB} GiB, asked for were ${body.size_gigabytes} GiB.`,
        );
      }
      return {
        kind: "resizeVolume",
        volumeId: volume.id,
        sizeGiB: body.size_gigabytes,
        dropletId: volume.dropletId,
      };
  }
}

function assertAttachable({ state }: Cloud, volume: Volume, toDropletId: number): void {
  const droplet = requireDroplet(state, toDropletId, notFound(`Droplet ${toDropletId} could not be found.`));
  if (volume.dropletId !== null) throw unprocessable("This volume is already attached");
  if (droplet.region !== volume.region) {
    throw unprocessable(`Droplet and volume must be in the same region: ${droplet.region} is not ${volume.region}.`);
  }
  const attached = state.volumes.all().filter((other) => other.dropletId === droplet.id);
  if (attached.length >= volumesPerDroplet) {
    throw unprocessable(`A Droplet may have at most ${volumesPerDroplet} volumes attached.`);
  }
}
