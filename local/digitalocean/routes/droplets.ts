import { Hono, type Context } from "hono";
import { requireDroplet, type Cloud } from "../cloud.ts";
import { createDroplets } from "../create-droplet.ts";
import type { Droplet, Work } from "../entities.ts";
import { notFound, unprocessable, type Env } from "../errors.ts";
import { appliesTo } from "../filters.ts";
import { dropletSnapshotView } from "../image-views.ts";
import { page } from "../paging.ts";
import { withTruePower } from "../power.ts";
import { availableSnapshots } from "../snapshots.ts";
import { dropletView } from "../views.ts";
import { answerAction, answerActions } from "./actions.ts";
import { startDropletAction } from "./droplet-actions.ts";
import { firewallView } from "./firewalls.ts";

/** `/v2/droplets` with actions, firewalls, snapshots and backups (of which there are none). */
export function dropletRoutes(cloud: Cloud) {
  const { state, actions } = cloud;
  return new Hono<Env>()
    .get("/", async (c) => {
      const found = selectDroplets(cloud, c.req.query());
      const droplets = await Promise.all(found.map((droplet) => withTruePower(cloud, droplet)));
      const views = droplets.map((droplet) => dropletView(cloud, droplet));
      return c.json(page(c, "droplets", views));
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
    .route("/:id{[0-9]+}", oneDropletRoutes(cloud));
}

function oneDropletRoutes(cloud: Cloud) {
  const { state } = cloud;
  const named = (c: Context<Env>) => requireDroplet(state, Number(c.req.param("id")), notFound());
  return new Hono<Env>()
    .get("/", async (c) => {
      const droplet = await withTruePower(cloud, named(c));
      return c.json({ droplet: dropletView(cloud, droplet) });
    })
    .delete("/", (c) => {
      startDestroy(cloud, named(c));
      return c.body(null, 204);
    })
    .get("/actions", (c) => {
      const { id } = named(c);
      // Those on its volumes and its reserved IP too: clients look here whether the droplet is free.
      return answerActions(c, cloud, ({ work }) => isOn(work, id));
    })
    .post("/actions", (c) => startDropletAction(c, cloud, named(c)))
    .get("/actions/:action", (c) => {
      const { id } = named(c);
      return answerAction(c, cloud, c.req.param("action"), ({ work }) => isOn(work, id));
    })
    .get("/firewalls", (c) => {
      const droplet = named(c);
      const applied = state.firewalls.all().filter((firewall) => appliesTo(firewall, droplet));
      return c.json(page(c, "firewalls", applied.map(firewallView)));
    })
    .get("/snapshots", (c) => {
      const { id } = named(c);
      const own = availableSnapshots(state).filter(({ dropletId }) => dropletId === id);
      return c.json(page(c, "snapshots", own.map(dropletSnapshotView)));
    })
    .get("/backups", (c) => {
      named(c);
      return c.json(page(c, "backups", []));
    });
}

function selectDroplets({ state }: Cloud, query: Record<string, string>): Droplet[] {
  const { name, tag_name: tag, type = "droplets" } = query;
  return state.droplets
    .all()
    .filter((droplet) => type === "droplets" && (name === undefined || droplet.name === name))
    .filter(({ tags }) => tag === undefined || tags.includes(tag));
}

function isOn(work: Work, dropletId: number): boolean {
  return "dropletId" in work && work.dropletId === dropletId;
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
