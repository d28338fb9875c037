import { Hono, type Context } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import type { Cloud } from "../cloud.ts";
import type { Project } from "../entities.ts";
import { conflict, notFound, preconditionFailed, type Env } from "../errors.ts";
import { defaultProject, joinProject } from "../membership.ts";
import { page } from "../paging.ts";
import { reservedIpUrn } from "../views.ts";

const fields = {
  name: z.string().min(1).max(175),
  purpose: z.string().min(1).max(255),
  description: z.string().max(255),
  environment: z
    .string()
    .regex(/^(development|staging|production)?$/i, { error: "must be Development, Staging or Production" }),
};
const createBody = z.strictObject({
  ...fields,
  description: fields.description.default(""),
  environment: fields.environment.default(""),
});
const replaceBody = z.strictObject({ ...fields, is_default: z.boolean() });
const patchBody = replaceBody.partial();
const resourcesBody = z.strictObject({ resources: z.array(z.string().regex(/^do:[a-z]+:.+$/)) });

/** `/v2/projects` with their resources; `default` stands for the default project's id. */
export function projectRoutes(cloud: Cloud) {
  const { state } = cloud;
  const named = (id: string): Project => {
    const project = id === "default" ? defaultProject(cloud) : state.projects.get(id);
    if (project === undefined) throw notFound();
    return project;
  };
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "projects", state.projects.all().map(projectView))))
    .post("/", async (c) => c.json({ project: projectView(create(cloud, await readBody(c, createBody))) }, 201))
    .get("/:id", (c) => c.json({ project: projectView(named(c.req.param("id"))) }))
    .put("/:id", async (c) => {
      const body = await readBody(c, replaceBody);
      return c.json({ project: projectView(update(cloud, named(c.req.param("id")), body)) });
    })
    .patch("/:id", async (c) => {
      const body = await readBody(c, patchBody);
      return c.json({ project: projectView(update(cloud, named(c.req.param("id")), body)) });
    })
    .delete("/:id", (c) => {
      remove(cloud, named(c.req.param("id")));
      return c.body(null, 204);
    })
    .get("/:id/resources", (c) => {
      const { id } = named(c.req.param("id"));
      const resources = state.projectResources.all().filter(({ projectId }) => projectId === id);
      return c.json(
        page(
          c,
          "resources",
          resources.map(({ urn }) => resourceView(c, cloud, urn, "ok")),
        ),
      );
    })
    .post("/:id/resources", async (c) => {
      const { resources } = await readBody(c, resourcesBody);
      const { id } = named(c.req.param("id"));
      return c.json({ resources: resources.map((urn) => assign(c, cloud, urn, id)) });
    });
}

function projectView(project: Project) {
  return {
    id: project.id,
    owner_uuid: "local",
    owner_id: 1,
    name: project.name,
    description: project.description,
    purpose: project.purpose,
    environment: project.environment,
    is_default: project.isDefault,
    created_at: project.createdAt,
    updated_at: project.updatedAt,
  };
}

function create(cloud: Cloud, body: z.infer<typeof createBody>): Project {
  assertNameFree(cloud, body.name);
  const [id, createdAt] = [cloud.uuid(), cloud.now()];
  return cloud.state.projects.put(id, { ...body, id, isDefault: false, createdAt, updatedAt: createdAt });
}

function update(cloud: Cloud, project: Project, body: z.infer<typeof patchBody>): Project {
  const { state } = cloud;
  if (body.name !== undefined) assertNameFree(cloud, body.name, project.id);
  if (body.is_default === false && project.isDefault) {
    throw preconditionFailed("The default project changes by making another one the default.");
  }
  if (body.is_default === true) {
    const before = defaultProject(cloud);
    state.projects.put(before.id, { ...before, isDefault: false });
  }
  return state.projects.put(project.id, {
    ...project,
    name: body.name ?? project.name,
    description: body.description ?? project.description,
    purpose: body.purpose ?? project.purpose,
    environment: body.environment ?? project.environment,
    isDefault: body.is_default ?? project.isDefault,
    updatedAt: cloud.now(),
  });
}

function remove({ state }: Cloud, project: Project): void {
  if (project.isDefault) throw preconditionFailed("cannot delete the default project");
  if (state.projectResources.all().some(({ projectId }) => projectId === project.id)) {
    throw preconditionFailed("cannot delete a project with resources. move or remove the resources first");
  }
  state.projects.delete(project.id);
}

function assign(c: Context<Env>, cloud: Cloud, asked: string, projectId: string) {
  const { state } = cloud;
  const urn = asked.replace(/^do:reservedip:(.+)$/, (_all, ip: string) => reservedIpUrn(ip));
  const before = state.projectResources.get(urn);
  if (before === undefined) return { urn: asked, status: "not_found" };
  if (before.projectId === projectId) return resourceView(c, cloud, urn, "already_assigned");
  joinProject(cloud, urn, projectId);
  return resourceView(c, cloud, urn, "assigned");
}

function resourceView(c: Context<Env>, { state }: Cloud, urn: string, status: string) {
  const [, kind = "", id = ""] = urn.split(":");
  const path = { droplet: "droplets", volume: "volumes", floatingip: "reserved_ips" }[kind];
  return {
    urn,
    assigned_at: state.projectResources.get(urn)?.assignedAt,
    links: { self: new URL(`/v2/${path ?? kind}/${id}`, c.req.url).href },
    status,
  };
}

function assertNameFree({ state }: Cloud, name: string, exceptId?: string): void {
  if (state.projects.all().some((project) => project.name === name && project.id !== exceptId)) {
    throw conflict("name is already in use");
  }
}
