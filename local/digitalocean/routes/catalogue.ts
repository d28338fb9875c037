import { Hono } from "hono";
import { findImage, images, regions, sizes } from "../catalogue.ts";
import { notFound, type Env } from "../errors.ts";
import { page } from "../paging.ts";
import { imageView, regionView, sizeView } from "../views.ts";

/** `/v2/regions`, `/v2/sizes` and `/v2/images`, read only. */
export function catalogueRoutes() {
  return new Hono<Env>()
    .get("/regions", (c) => c.json(page(c, "regions", regions.map(regionView))))
    .get("/sizes", (c) => c.json(page(c, "sizes", sizes.map(sizeView))))
    .get("/images", (c) => {
      const { type = "distribution", private: own, tag_name: tag } = c.req.query();
      const all = type === "distribution" && own !== "true" && tag === undefined;
      return c.json(page(c, "images", all ? images.map(imageView) : []));
    })
    .get("/images/:image", (c) => {
      const image = findImage(c.req.param("image"));
      if (image === undefined) throw notFound();
      return c.json({ image: imageView(image) });
    });
}
