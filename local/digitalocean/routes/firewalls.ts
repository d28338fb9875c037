import { Hono, type Context } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import { requireDroplet, type Cloud } from "../cloud.ts";
import type { Firewall } from "../entities.ts";
import { conflict, notFound, unprocessable, type Env } from "../errors.ts";
import { readInbound, readOutbound, ruleBodies, sameRule, viewInbound, viewOutbound } from "../firewall-rules.ts";
import { firewallDroplets, firewallRules, firewallTags } from "../limits.ts";
import { assertTagsExist } from "../membership.ts";
import { page } from "../paging.ts";
import { list } from "../body.ts";

const firewallBody = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9.-]+$/, {
    error: "must be at least two letters, numbers, '.' or '-', and begin with a letter or number",
  }),
  ...ruleBodies,
  droplet_ids: list(z.int()),
  tags: list(z.string()),
});
const dropletsBody = z.strictObject({ droplet_ids: z.array(z.int()).min(1) });
const tagsBody = z.strictObject({ tags: z.array(z.string()).min(1) });
const rulesBody = z.strictObject(ruleBodies);

/** `/v2/firewalls`. What is answered holds already: the packet filter follows before the answer. */
export function firewallRoutes(cloud: Cloud) {
  const { state } = cloud;
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "firewalls", state.firewalls.all().map(firewallView))))
    .post("/", async (c) => {
      const body = await readBody(c, firewallBody);
      const firewall = { id: cloud.uuid(), createdAt: cloud.now(), ...read(body) };
      await save(cloud, firewall);
      return c.json({ firewall: firewallView(firewall) }, 202);
    })
    .get("/:id", (c) => c.json({ firewall: firewallView(requireFirewall(cloud, c.req.param("id"))) }))
    .put("/:id", async (c) => {
      const body = await readBody(c, firewallBody);
      const { id, createdAt } = requireFirewall(cloud, c.req.param("id"));
      const firewall = { id, createdAt, ...read(body) };
      await save(cloud, firewall);
      return c.json({ firewall: firewallView(firewall) });
    })
    .delete("/:id", async (c) => {
      const firewall = requireFirewall(cloud, c.req.param("id"));
      await cloud.network.changeFirewalls(
        () => state.firewalls.delete(firewall.id),
        () => state.firewalls.put(firewall.id, firewall),
      );
      return c.body(null, 204);
    })
    .on(["POST", "DELETE"], "/:id/:part{droplets|tags|rules}", async (c) => {
      const firewall = requireFirewall(cloud, c.req.param("id"));
      await save(cloud, { ...firewall, ...(await readPart(c, firewall, c.req.param("part"))) });
      return c.body(null, 204);
    });
}

/** Shows a firewall as DigitalOcean does. */
export function firewallView(firewall: Firewall) {
  return {
    id: firewall.id,
    name: firewall.name,
    status: "succeeded",
    inbound_rules: firewall.inbound.map(viewInbound),
    outbound_rules: firewall.outbound.map(viewOutbound),
    created_at: firewall.createdAt,
    droplet_ids: firewall.dropletIds,
    tags: firewall.tags,
    pending_changes: [],
  };
}

function read(body: z.infer<typeof firewallBody>): Omit<Firewall, "id" | "createdAt"> {
  return {
    name: body.name,
    inbound: body.inbound_rules.map(readInbound),
    outbound: body.outbound_rules.map(readOutbound),
    dropletIds: [...new Set(body.droplet_ids)],
    tags: [...new Set(body.tags)],
  };
}

/** Reads the change that a sub-route makes to a firewall: lists with the body's items added (POST) or taken away (DELETE). */
async function readPart(c: Context<Env>, firewall: Firewall, part: string): Promise<Partial<Firewall>> {
  const { method } = c.req;
  if (part === "droplets") {
    const body = await readBody(c, dropletsBody);
    return { dropletIds: change(method, firewall.dropletIds, body.droplet_ids, Object.is) };
  }
  if (part === "tags") {
    const body = await readBody(c, tagsBody);
    return { tags: change(method, firewall.tags, body.tags, Object.is) };
  }
  const body = await readBody(c, rulesBody);
  return {
    inbound: change(method, firewall.inbound, body.inbound_rules.map(readInbound), sameRule),
    outbound: change(method, firewall.outbound, body.outbound_rules.map(readOutbound), sameRule),
  };
}

function requireFirewall({ state }: Cloud, id: string): Firewall {
  const firewall = state.firewalls.get(id);
  if (firewall === undefined) throw notFound();
  return firewall;
}

function change<T>(method: string, before: readonly T[], items: readonly T[], same: (a: T, b: T) => boolean): T[] {
  const rest = before.filter((item) => !items.some((other) => same(item, other)));
  return method === "POST" ? [...rest, ...items] : rest;
}

async function save({ state, network }: Cloud, firewall: Firewall): Promise<void> {
  assertValid({ state }, firewall);
  const before = state.firewalls.get(firewall.id);
  await network.changeFirewalls(
    () => state.firewalls.put(firewall.id, firewall),
    () => (before === undefined ? state.firewalls.delete(firewall.id) : state.firewalls.put(firewall.id, before)),
  );
}

function assertValid({ state }: Pick<Cloud, "state">, firewall: Firewall): void {
  const rules = [...firewall.inbound, ...firewall.outbound];
  if (rules.length === 0) throw unprocessable("firewall must have at least one rule");
  if (rules.length > firewallRules) throw unprocessable(`firewall may have at most ${firewallRules} rules`);
  if (firewall.dropletIds.length > firewallDroplets) {
    throw unprocessable(`firewall may have at most ${firewallDroplets} droplets; use tags for more`);
  }
  if (firewall.tags.length > firewallTags) throw unprocessable(`firewall may have at most ${firewallTags} tags`);
  if (state.firewalls.all().some(({ id, name }) => name === firewall.name && id !== firewall.id)) {
    throw conflict("duplicate name");
  }
  for (const id of [...firewall.dropletIds, ...rules.flatMap(({ peers }) => peers.dropletIds)]) {
    requireDroplet(state, id);
  }
  assertTagsExist(state, [...firewall.tags, ...rules.flatMap(({ peers }) => peers.tags)]);
}
