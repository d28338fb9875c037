import type { Project, Project_base_environment } from "@digitalocean/dots/src/dots/models/index.js";
import { notYet } from "../../../host/wait-until.ts";
import { flag, number, set, text } from "../protocol/index.ts";
import { apiTime } from "./answers.ts";
import { type DigitalOcean, answered, isStatus } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { lengthBetween, oneOf } from "./input-rules.ts";
import { moveToDefault, moveTo, resourceUrns } from "./project-members.ts";
import { waitFor } from "./wait.ts";

const environments = ["development", "staging", "production"];

function sameButForCase(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A project: a folder for resources in DigitalOcean's control panel. `resources` are URNs. */
export const project = defineResource({
  token: "digitalocean:index/project:Project",
  properties: {
    name: text({ autoname: true, rule: lengthBetween(1, 175) }),
    description: text({ rule: lengthBetween(0, 255) }),
    purpose: text({ default: "Web Application", rule: lengthBetween(0, 255) }),
    environment: text({ rule: oneOf(environments, { ignoreCase: true }), isSame: sameButForCase }),
    isDefault: flag(),
    resources: set(text(), { computed: true }),
    ownerUuid: text({ output: true }),
    ownerId: number({ output: true }),
    createdAt: text({ output: true }),
    updatedAt: text({ output: true, volatile: true }),
  },
  async create({ client, signal, inputs, made }) {
    const answer = await client.call(signal, (api) => api.projects.post(toProject(inputs)));
    const id = answered(answer?.project?.id, "the project's id");
    made(id, { name: inputs.name });
    if (inputs.resources !== undefined) await moveTo(client, signal, id, inputs.resources);
    if (inputs.isDefault === true) {
      await client.call(signal, (api) => api.projects.byProject_id(id).patch({ isDefault: true }));
    }
    return { id, outs: answered(await outsOf(client, signal, id), "the project") };
  },
  async read({ client, signal, id }) {
    return outsOf(client, signal, id);
  },
  async update({ client, signal, id, inputs, state, changed }) {
    const body = { ...toProject(inputs), isDefault: inputs.isDefault ?? false };
    await client.call(signal, (api) => api.projects.byProject_id(id).patch(body));
    if (changed.has("resources")) {
      const before = state.resources ?? [];
      const after = inputs.resources ?? [];
      await moveToDefault(
        client,
        signal,
        before.filter((urn) => !after.includes(urn)),
      );
      await moveTo(
        client,
        signal,
        id,
        after.filter((urn) => !before.includes(urn)),
      );
    }
    return answered(await outsOf(client, signal, id), "the project");
  },
  async delete({ client, signal, id, state }) {
    await moveToDefault(client, signal, state.resources ?? []);
    await waitFor({ client, signal }, `the project ${id} to be empty`, async (lookSignal) => {
      try {
        await client.find(lookSignal, (api) => api.projects.byProject_id(id).delete());
        return { value: undefined };
      } catch (error) {
        if (isStatus(error, 412)) return notYet(error);
        throw error;
      }
    });
  },
});

interface Given {
  readonly name: string;
  readonly description?: string;
  readonly purpose: string;
  readonly environment?: string;
}

function toProject({ name, description = "", purpose, environment }: Given): Project {
  const body = { name, description, purpose };
  return environment === undefined ? body : { ...body, environment: environment as Project_base_environment };
}

async function outsOf(client: DigitalOcean, signal: AbortSignal, id: string) {
  const found = (await client.find(signal, (api) => api.projects.byProject_id(id).get()))?.project;
  if (found === undefined || found === null) return undefined;
  return {
    name: found.name,
    description: found.description ?? "",
    purpose: (found.purpose ?? "").replace(/^Other: /, ""),
    environment: found.environment ?? "",
    isDefault: found.isDefault ?? false,
    resources: await resourceUrns(client, signal, id),
    ownerUuid: found.ownerUuid ?? "",
    ownerId: found.ownerId ?? 0,
    createdAt: apiTime(found.createdAt),
    updatedAt: apiTime(found.updatedAt),
  };
}
