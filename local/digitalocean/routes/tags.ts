import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import type { Cloud } from "../cloud.ts";
import { badRequest, notFound, unsupported, type Env } from "../errors.ts";
import { ensureTags, tagNameProblem } from "../membership.ts";
import { page } from "../paging.ts";
import type { State } from "../state.ts";

const createBody = z.strictObject({ name: z.string() });
const resourcesBody = z.strictObject({
  resources: z
    .array(
      z.strictObject({
        resource_id: z.coerce.string(),
        resource_type: z.enum(["droplet", "volume", "image", "volume_snapshot", "database"]),
      }),
    )
    .min(1),
});
type Resource = z.infer<typeof resourcesBody>["resources"][number];

/** `/v2/tags`. Tagging and untagging droplets moves them in and out of firewalls before the answer. */
export function tagRoutes(cloud: Cloud) {
  const { state } = cloud;
  const named = (name: string): string => {
    if (state.tags.get(name) === undefined) throw notFound();
    return name;
  };
  return new Hono<Env>()
    .get("/", (c) =>
      c.json(
        page(
          c,
          "tags",
          state.tags.all().map(({ name }) => tagView(state, name)),
        ),
      ),
    )
    .post("/", async (c) => {
      const { name } = await readBody(c, createBody);
      const problem = tagNameProblem(name);
      // The one route whose 400 has another envelope.
      if (problem !== undefined) return c.json({ error: problem, messages: null, root_causes: [problem] }, 400);
      ensureTags(state, [name]);
      return c.json({ tag: tagView(state, name) }, 201);
    })
    .get("/:name", (c) => c.json({ tag: tagView(state, named(c.req.param("name"))) }))
    .delete("/:name", async (c) => {
      await deleteTag(cloud, named(c.req.param("name")));
      return c.body(null, 204);
    })
    .on(["POST", "DELETE"], "/:name/resources", async (c) => {
      const name = named(c.req.param("name"));
      const { resources } = await readBody(c, resourcesBody);
      await retag(cloud, resources, (tags) => {
        const others = tags.filter((tag) => tag !== name);
        return c.req.method === "POST" ? [...others, name] : others;
      });
      return c.body(null, 204);
    });
}

function tagView(state: State, name: string) {
  const count = (items: readonly { tags: readonly string[] }[]) =>
    items.filter(({ tags }) => tags.includes(name)).length;
  const [droplets, volumes] = [count(state.droplets.all()), count(state.volumes.all())];
  const none = { count: 0 };
  return {
    name,
    resources: {
      count: droplets + volumes,
      droplets: { count: droplets },
      images: none,
      volumes: { count: volumes },
      volume_snapshots: none,
      databases: none,
    },
  };
}

async function retag(cloud: Cloud, resources: readonly Resource[], change: (tags: readonly string[]) => string[]) {
  const { state } = cloud;
  const droplets = resources.flatMap(({ resource_type: type, resource_id: id }) => {
    if (type !== "droplet") return [];
    return [state.droplets.get(id) ?? missing(type, id)];
  });
  const volumes = resources.flatMap(({ resource_type: type, resource_id: id }) => {
    if (type === "droplet") return [];
    if (type !== "volume") throw unsupported(`tags on resources of the type ${type}`);
    return [state.volumes.get(id) ?? missing(type, id)];
  });
  for (const volume of volumes) state.volumes.put(volume.id, { ...volume, tags: change(volume.tags) });
  await cloud.network.changeFirewalls(
    () => setTags(state, droplets, change),
    () => setTags(state, droplets, (_tags, before) => before),
  );
}

function setTags(
  state: State,
  droplets: readonly { id: number; tags: string[] }[],
  change: (tags: readonly string[], before: string[]) => string[],
): void {
  for (const { id, tags: before } of droplets) {
    const droplet = state.droplets.get(String(id));
    if (droplet !== undefined) state.droplets.put(String(id), { ...droplet, tags: change(droplet.tags, before) });
  }
}

async function deleteTag(cloud: Cloud, name: string): Promise<void> {
  const { state, network } = cloud;
  const without = (tags: readonly string[]) => tags.filter((tag) => tag !== name);
  const before = { droplets: state.droplets.all(), firewalls: state.firewalls.all() };
  await network.changeFirewalls(
    () => {
      setTags(state, before.droplets, without);
      for (const firewall of before.firewalls) state.firewalls.put(firewall.id, withoutTag(firewall, without));
    },
    () => {
      setTags(state, before.droplets, (_tags, tags) => tags);
      for (const firewall of before.firewalls) state.firewalls.put(firewall.id, firewall);
    },
  );
  for (const volume of state.volumes.all()) state.volumes.put(volume.id, { ...volume, tags: without(volume.tags) });
  state.tags.delete(name);
}

type Without = (tags: readonly string[]) => string[];
type Firewall = ReturnType<State["firewalls"]["all"]>[number];

/** A deleted tag stands for nobody, in the firewall and in its rules. */
function withoutTag(firewall: Firewall, without: Without): Firewall {
  const clean = (rules: Firewall["inbound"]) =>
    rules.map((rule) => ({ ...rule, peers: { ...rule.peers, tags: without(rule.peers.tags) } }));
  return {
    ...firewall,
    tags: without(firewall.tags),
    inbound: clean(firewall.inbound),
    outbound: clean(firewall.outbound),
  };
}

function missing(type: string, id: string): never {
  throw badRequest(`resource not found: ${type} ${id}`);
}
