import { Hono } from "hono";
import { z } from "zod";
import { assertVpcRange, chooseVpcRange } from "../addresses.ts";
import { readBody } from "../body.ts";
import { findRegion } from "../catalogue.ts";
import type { Cloud } from "../cloud.ts";
import type { Vpc } from "../entities.ts";
import { forbidden, notFound, unprocessable, type Env } from "../errors.ts";
import { page } from "../paging.ts";
import { vpcView } from "../views.ts";

const name = z.string().regex(/^[a-zA-Z0-9\-.]+$/, { error: "may only have letters, numbers, '-' and '.'" });
const description = z.string().max(255);
const createBody = z.strictObject({
  name,
  region: z.string(),
  description: description.default(""),
  ip_range: z.string().default(""),
});
const updateBody = z.strictObject({ name, description: description.optional(), default: z.boolean().optional() });

/** `/v2/vpcs`. */
export function vpcRoutes(cloud: Cloud) {
  const { state } = cloud;
  const named = (id: string): Vpc => {
    const vpc = state.vpcs.get(id);
    if (vpc === undefined) throw notFound();
    return vpc;
  };
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "vpcs", state.vpcs.all().map(vpcView))))
    .post("/", async (c) => c.json({ vpc: vpcView(create(cloud, await readBody(c, createBody))) }, 201))
    .get("/:id", (c) => c.json({ vpc: vpcView(named(c.req.param("id"))) }))
    .put("/:id", async (c) => {
      const body = await readBody(c, updateBody);
      return c.json({ vpc: vpcView(update(cloud, named(c.req.param("id")), { description: "", ...definedOf(body) })) });
    })
    .patch("/:id", async (c) => {
      const body = await readBody(c, updateBody.partial());
      return c.json({ vpc: vpcView(update(cloud, named(c.req.param("id")), definedOf(body))) });
    })
    .delete("/:id", (c) => {
      remove(cloud, named(c.req.param("id")));
      return c.body(null, 204);
    })
    .get("/:id/members", (c) => {
      const { id } = named(c.req.param("id"));
      const type = c.req.query("resource_type") ?? "droplet";
      const droplets = type === "droplet" ? state.droplets.all().filter(({ vpcId }) => vpcId === id) : [];
      const members = droplets.map((droplet) => ({
        urn: `do:droplet:${droplet.id}`,
        name: droplet.name,
        created_at: droplet.createdAt,
      }));
      return c.json(page(c, "members", members));
    });
}

interface Changes {
  readonly name?: string;
  readonly description?: string;
  readonly default?: boolean;
}

function definedOf(body: { [Key in keyof Changes]: Changes[Key] | undefined }): Changes {
  return {
    ...(body.name === undefined ? {} : { name: body.name }),
    ...(body.description === undefined ? {} : { description: body.description }),
    ...(body.default === undefined ? {} : { default: body.default }),
  };
}

function create(cloud: Cloud, body: z.infer<typeof createBody>): Vpc {
  const { state, plan } = cloud;
  const region = findRegion(body.region)?.slug;
  if (region === undefined) throw unprocessable("You specified an invalid region for VPC creation.");
  assertNameFree(cloud, body.name);
  if (body.ip_range !== "") assertVpcRange(state, plan, body.ip_range);
  const id = cloud.uuid();
  return state.vpcs.put(id, {
    id,
    name: body.name,
    description: body.description,
    region,
    ipRange: body.ip_range === "" ? chooseVpcRange(state, plan) : body.ip_range,
    // The first one becomes the region's default, and is never deleted.
    isDefault: !state.vpcs.all().some((vpc) => vpc.region === region),
    createdAt: cloud.now(),
  });
}

function update(cloud: Cloud, vpc: Vpc, changes: Changes): Vpc {
  const { state } = cloud;
  if (changes.name !== undefined) assertNameFree(cloud, changes.name, vpc.id);
  if (changes.default === true) {
    for (const other of state.vpcs.all()) {
      if (other.region === vpc.region && other.isDefault) state.vpcs.put(other.id, { ...other, isDefault: false });
    }
  } else if (changes.default === false && vpc.isDefault) {
    throw unprocessable("A region's default VPC changes by making another one the default.");
  }
  return state.vpcs.put(vpc.id, {
    ...vpc,
    name: changes.name ?? vpc.name,
    description: changes.description ?? vpc.description,
    isDefault: changes.default ?? vpc.isDefault,
  });
}

function remove({ state }: Cloud, vpc: Vpc): void {
  if (vpc.isDefault) throw forbidden("Can not delete default VPC");
  if (state.droplets.all().some(({ vpcId }) => vpcId === vpc.id)) throw forbidden("Can not delete VPC with members");
  state.vpcs.delete(vpc.id);
  state.counters.delete(`ipv4/vpc/${vpc.id}`);
}

function assertNameFree({ state }: Cloud, wanted: string, exceptId?: string): void {
  if (state.vpcs.all().some((vpc) => vpc.name === wanted && vpc.id !== exceptId)) {
    throw unprocessable("This VPC name is already in use.");
  }
}
