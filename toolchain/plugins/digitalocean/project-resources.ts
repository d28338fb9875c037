import { set, text } from "../protocol/index.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmptyString } from "./input-rules.ts";
import { moveTo, moveToDefault, resourceUrns } from "./project-members.ts";

/** Some resources' place in a project, whatever else is in it. `resources` are URNs. */
export const projectResources = defineResource({
  token: "digitalocean:index/projectResources:ProjectResources",
  properties: {
    project: text({ required: true, replaces: true, rule: notEmptyString }),
    resources: set(text(), { required: true }),
  },
  async create({ client, signal, inputs }) {
    const { project, resources } = inputs;
    await assertProject(client, signal, project);
    await moveTo(client, signal, project, resources);
    return { id: project, outs: answered(await outsOf(client, signal, project, resources), `the project ${project}`) };
  },
  async read({ client, signal, id, state }) {
    return outsOf(client, signal, state.project ?? id, state.resources ?? undefined);
  },
  async update({ client, signal, inputs, state }) {
    const { project, resources } = inputs;
    const before = state.resources ?? [];
    await assertProject(client, signal, project);
    await moveToDefault(
      client,
      signal,
      before.filter((urn) => !resources.includes(urn)),
    );
    await moveTo(
      client,
      signal,
      project,
      resources.filter((urn) => !before.includes(urn)),
    );
    return answered(await outsOf(client, signal, project, resources), `the project ${project}`);
  },
  async delete({ client, signal, state }) {
    const project = answered(state.project, "the project's id");
    const found = await client.find(signal, (api) => api.projects.byProject_id(project).get());
    if (found !== undefined) await moveToDefault(client, signal, state.resources ?? []);
  },
});

async function assertProject(client: DigitalOcean, signal: AbortSignal, id: string): Promise<void> {
  await client.call(signal, (api) => api.projects.byProject_id(id).get());
}

/** Reads the project's resources, but only those that are `ours`; at an import all of them. */
async function outsOf(client: DigitalOcean, signal: AbortSignal, id: string, ours: readonly string[] | undefined) {
  const found = await client.find(signal, (api) => api.projects.byProject_id(id).get());
  if (found === undefined) return undefined;
  const urns = await resourceUrns(client, signal, id);
  return { project: id, resources: ours === undefined ? urns : urns.filter((urn) => ours.includes(urn)) };
}
