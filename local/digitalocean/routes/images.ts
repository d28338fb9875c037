import { Hono, type Context } from "hono";
import { findImage, images } from "../catalogue.ts";
import type { Cloud } from "../cloud.ts";
import type { Snapshot } from "../entities.ts";
import { notFound, type Env } from "../errors.ts";
import { page } from "../paging.ts";
import { availableSnapshots, deleteSnapshot } from "../snapshots.ts";
import { imageView, snapshotImageView, snapshotView } from "../image-views.ts";

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
