import { Hono } from "hono";
import { regions, sizes } from "../catalogue.ts";
import type { Env } from "../errors.ts";
import { page } from "../paging.ts";
import { regionView, sizeView } from "../views.ts";

/** `/v2/regions` and `/v2/sizes`, read only. */
export function catalogueRoutes() {
  return new Hono<Env>()
    .get("/regions", (c) => c.json(page(c, "regions", regions.map(regionView))))
    .get("/sizes", (c) => c.json(page(c, "sizes", sizes.map(sizeView))));
}
