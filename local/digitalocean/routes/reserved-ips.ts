import { Hono, type Context } from "hono";
import { z } from "zod";
import { takeReservedIpv4 } from "../addresses.ts";
import { readBody } from "../body.ts";
import { findRegion } from "../catalogue.ts";
import { requireDroplet, type Cloud } from "../cloud.ts";
import type { Action, Droplet, ReservedIp } from "../entities.ts";
import { notFound, unprocessable, type Env } from "../errors.ts";
import { parseIpv4 } from "../ipv4.ts";
import { reservedIpLimit } from "../limits.ts";
import { joinProject } from "../membership.ts";
import { page } from "../paging.ts";
import { actionView, reservedIpUrn, reservedIpView } from "../views.ts";
import { answerAction, answerActions } from "./actions.ts";

const createBody = z.strictObject({
  region: z.string().optional(),
  droplet_id: z.int().positive().optional(),
  project_id: z.string().optional(),
});
const actionBody = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("assign"), droplet_id: z.int().positive() }),
  z.strictObject({ type: z.literal("unassign") }),
]);

/** `/v2/reserved_ips` with its actions. */
export function reservedIpRoutes(cloud: Cloud) {
  const { state } = cloud;
  const named = (ip: string): ReservedIp => {
    const reserved = state.reservedIps.get(ip);
    if (reserved === undefined) throw notFound();
    return reserved;
  };
  const of =
    ({ ip }: ReservedIp) =>
    ({ work }: Action) =>
      "ip" in work && work.ip === ip;
  return new Hono<Env>()
    .get("/", (c) =>
      c.json(
        page(
          c,
          "reserved_ips",
          state.reservedIps.all().map((reserved) => reservedIpView(cloud, reserved)),
        ),
      ),
    )
    .post("/", async (c) => c.json(await create(c, cloud), 202))
    .get("/:ip", (c) => c.json({ reserved_ip: reservedIpView(cloud, named(c.req.param("ip"))) }))
    .delete("/:ip", async (c) => {
      await release(cloud, named(c.req.param("ip")));
      return c.body(null, 204);
    })
    .get("/:ip/actions", (c) => answerActions(c, cloud, of(named(c.req.param("ip")))))
    .post("/:ip/actions", async (c) => {
      const body = await readBody(c, actionBody);
      const reserved = named(c.req.param("ip"));
      const action =
        body.type === "assign" ? startAssign(cloud, reserved, body.droplet_id) : startUnassign(cloud, reserved);
      return c.json({ action: reservedIpActionView(cloud, action, reserved) }, 201);
    })
    .get("/:ip/actions/:action", (c) => answerAction(c, cloud, c.req.param("action"), of(named(c.req.param("ip")))));
}

async function create(c: Context<Env>, cloud: Cloud) {
  const { state } = cloud;
  const body = await readBody(c, createBody);
  const droplet = body.droplet_id === undefined ? undefined : requireDroplet(state, body.droplet_id);
  const region = droplet?.region ?? findRegion(body.region ?? "")?.slug;
  if (region === undefined) throw unprocessable("You specified an invalid region for Reserved IP creation.");
  if (body.project_id !== undefined && state.projects.get(body.project_id) === undefined) {
    throw unprocessable(`Project ${body.project_id} does not exist.`);
  }
  if (state.reservedIps.all().length >= reservedIpLimit) {
    throw unprocessable("You have reached your Reserved IP limit.");
  }
  if (droplet !== undefined) assertAssignable(cloud, droplet);
  const ip = takeReservedIpv4(state, cloud.plan);
  const reserved = state.reservedIps.put(ip, { ip, region, dropletId: null });
  joinProject(cloud, reservedIpUrn(ip), body.project_id);
  await cloud.network.applyReservedIps();
  if (droplet === undefined) return { reserved_ip: reservedIpView(cloud, reserved), links: {} };
  const { id } = startAssign(cloud, reserved, droplet.id);
  const link = (kind: "droplets" | "actions", of: number) => new URL(`/v2/${kind}/${of}`, c.req.url).href;
  return {
    reserved_ip: reservedIpView(cloud, reserved),
    links: {
      droplets: [{ id: droplet.id, rel: "droplet", href: link("droplets", droplet.id) }],
      actions: [{ id, rel: "assign_ip", href: link("actions", id) }],
    },
  };
}

async function release(cloud: Cloud, reserved: ReservedIp): Promise<void> {
  const { state, actions, network } = cloud;
  actions.assertFree({ dropletId: reserved.dropletId });
  state.reservedIps.delete(reserved.ip);
  state.projectResources.delete(reservedIpUrn(reserved.ip));
  await network.applyReservedIps();
}

function startAssign(cloud: Cloud, reserved: ReservedIp, dropletId: number): Action {
  const droplet = requireDroplet(cloud.state, dropletId);
  cloud.actions.assertFree({ dropletId });
  assertAssignable(cloud, droplet);
  if (droplet.region !== reserved.region) {
    throw unprocessable(
      `Droplet and Reserved IP must be in the same region: ${droplet.region} is not ${reserved.region}.`,
    );
  }
  return start(cloud, reserved, "assign", { kind: "assignIp", ip: reserved.ip, dropletId });
}

function startUnassign(cloud: Cloud, reserved: ReservedIp): Action {
  const { ip, dropletId } = reserved;
  if (dropletId === null) throw unprocessable("The Reserved IP is not assigned.");
  return start(cloud, reserved, "unassign", { kind: "unassignIp", ip, dropletId });
}

function start({ actions }: Cloud, { ip, region }: ReservedIp, type: string, work: Action["work"]): Action {
  return actions.start({ type, resourceType: "reserved_ip", resourceId: parseIpv4(ip) ?? null, region, work });
}

function assertAssignable({ state, actions }: Cloud, droplet: Droplet): void {
  actions.assertFree({ dropletId: droplet.id });
  if (state.reservedIps.all().some(({ dropletId }) => dropletId === droplet.id)) {
    throw unprocessable("The Droplet already has a Reserved IP.");
  }
}

function reservedIpActionView({ state }: Cloud, action: Action, { ip }: ReservedIp) {
  const projectId = state.projectResources.get(reservedIpUrn(ip))?.projectId;
  return { ...actionView(action), ...(projectId === undefined ? {} : { project_id: projectId }) };
}
