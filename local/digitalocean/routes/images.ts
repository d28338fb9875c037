import { Hono, type Context } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { findImage, findRegion, images } from "../catalogue.ts";
import type { Cloud } from "../cloud.ts";
import type { Snapshot } from "../entities.ts";
import { notFound, unprocessable, type Env } from "../errors.ts";
import { page } from "../paging.ts";
import { availableSnapshots, deleteSnapshot } from "../snapshots.ts";
import { imageView, snapshotImageView, snapshotView } from "../image-views.ts";
import { actionView } from "../views.ts";

const transferBody = z.strictObject({ type: z.literal("transfer"), region: z.string() });

/** `/v2/images`: DigitalOcean's own, which stay, and the account's snapshots. */
export function imageRoutes(cloud: Cloud) {
  const { state } = cloud;
  return new Hono<Env>()
    .get("/", (c) => {
      const { type, private: own, tag_name: tag } = c.req.query();
      const isOffered = own !== "true" && tag === undefined && (type === undefined || type === "distribution");
      const isOwn = tag === undefined && type === undefined;
      const offered = isOffered ? images.map(imageView) : [];
      const snapshots = isOwn ? availableSnapshots(state).map(snapshotImageView) : [];
      return c.json(page(c, "images", [...offered, ...snapshots]));
    })
    .get("/:image", (c) => {
      const image = findImage(c.req.param("image"));
      return c.json({ image: image === undefined ? snapshotImageView(named(c, cloud, "image")) : imageView(image) });
    })
    .post("/:image/actions", async (c) => {
      const { id, regions } = named(c, cloud, "image");
      const { region } = await readBody(c, transferBody);
      if (findRegion(region) === undefined) throw unprocessable("You specified an invalid region for image transfer.");
      if (regions.includes(region)) throw unprocessable(`The image is in ${region} already.`);
      const work = { kind: "copySnapshot", snapshotId: id, region } as const;
      const action = cloud.actions.start({ type: "transfer", resourceType: "image", resourceId: id, region, work });
      return c.json({ action: actionView(action) }, 201);
    })
    .delete("/:image", async (c) => {
      await deleteSnapshot(cloud, named(c, cloud, "image"));
      return c.body(null, 204);
    });
}

/** `/v2/snapshots`: of droplets; there are none of volumes. */
export function snapshotRoutes(cloud: Cloud) {
  return new Hono<Env>()
    .get("/", (c) => {
      const all = c.req.query("resource_type") === "volume" ? [] : availableSnapshots(cloud.state);
      return c.json(page(c, "snapshots", all.map(snapshotView)));
    })
    .get("/:snapshot", (c) => c.json({ snapshot: snapshotView(named(c, cloud, "snapshot")) }))
    .delete("/:snapshot", async (c) => {
      await deleteSnapshot(cloud, named(c, cloud, "snapshot"));
      return c.body(null, 204);
    });
}

function named(c: Context<Env>, { state }: Cloud, parameter: string): Snapshot {
  const snapshot = availableSnapshots(state).find(({ id }) => String(id) === c.req.param(parameter));
  if (snapshot === undefined) throw notFound();
  return snapshot;
}
