import { Hono } from "hono";
import { requireDroplet, type Cloud } from "../cloud.ts";
import { createDroplets } from "../create-droplet.ts";
import type { Droplet } from "../entities.ts";
import { notFound, unprocessable, type Env } from "../errors.ts";
import { appliesTo } from "../filters.ts";
import { page } from "../paging.ts";
import { withTruePower } from "../power.ts";
import { dropletView } from "../views.ts";
import { answerAction, answerActions } from "./actions.ts";
import { startDropletAction } from "./droplet-actions.ts";
import { firewallView } from "./firewalls.ts";

/** `/v2/droplets` with actions, firewalls, snapshots and backups (which are always none). */
export function dropletRoutes(cloud: Cloud) {
  const { state, actions } = cloud;
  const named = (id: string) => requireDroplet(state, Number(id), notFound());
  return new Hono<Env>()
    .get("/", async (c) => {
      const { name, tag_name: tag, type = "droplets" } = c.req.query();
      const found = state.droplets.all().filter((droplet) => {
        if (type !== "droplets" || (name !== undefined && droplet.name !== name)) return false;
        return tag === undefined || droplet.tags.includes(tag);
      });
      const droplets = await Promise.all(found.map((droplet) => withTruePower(cloud, droplet)));
      return c.json(
        page(
          c,
          "droplets",
          droplets.map((droplet) => dropletView(cloud, droplet)),
        ),
      );
    })
    .post("/", async (c) => c.json(await createDroplets(c, cloud), 202))
    .delete("/", (c) => {
      const tag = c.req.query("tag_name");
      if (tag === undefined || tag === "") throw unprocessable("tag_name must be given.");
      const droplets = state.droplets.all().filter(({ tags }) => tags.includes(tag));
      for (const { id } of droplets) actions.assertFree({ dropletId: id });
      for (const droplet of droplets) startDestroy(cloud, droplet);
      return c.body(null, 204);
    })
    .get("/:id{[0-9]+}", async (c) => {
      const droplet = await withTruePower(cloud, named(c.req.param("id")));
      return c.json({ droplet: dropletView(cloud, droplet) });
    })
    .delete("/:id{[0-9]+}", (c) => {
      startDestroy(cloud, named(c.req.param("id")));
      return c.body(null, 204);
    })
    .get("/:id{[0-9]+}/actions", (c) => {
      const { id } = named(c.req.param("id"));
      // Those on its volumes and its reserved IP too: clients look here whether the droplet is free.
      return answerActions(c, cloud, ({ work }) => work.dropletId === id);
    })
    .post("/:id{[0-9]+}/actions", (c) => startDropletAction(c, cloud, named(c.req.param("id"))))
    .get("/:id{[0-9]+}/actions/:action", (c) => {
      const { id } = named(c.req.param("id"));
      return answerAction(c, cloud, c.req.param("action"), ({ work }) => work.dropletId === id);
    })
    .get("/:id{[0-9]+}/firewalls", (c) => {
      const droplet = named(c.req.param("id"));
      const applied = state.firewalls.all().filter((firewall) => appliesTo(firewall, droplet));
      return c.json(page(c, "firewalls", applied.map(firewallView)));
    })
    .get("/:id{[0-9]+}/:copies{snapshots|backups}", (c) => {
      named(c.req.param("id"));
      return c.json(page(c, c.req.param("copies"), []));
    });
}

function startDestroy({ actions }: Cloud, { id, region }: Droplet): void {
  actions.start({
    type: "destroy",
    resourceType: "droplet",
    resourceId: id,
    region,
    work: { kind: "destroyDroplet", dropletId: id },
  });
}
