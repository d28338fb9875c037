import { chooseVpcRange } from "./addresses.ts";
import type { Cloud } from "./cloud.ts";
import type { Project, Vpc } from "./entities.ts";
import { unprocessable } from "./errors.ts";
import type { State } from "./state.ts";

/** Memberships that nobody asks for: default VPC, default project, tags that come with a resource. */

/** Finds the region's default VPC, and makes it when the region is first used, as DigitalOcean does. */
export function defaultVpc(cloud: Cloud, region: string): Vpc {
  const { state } = cloud;
  const existing = state.vpcs.all().find((vpc) => vpc.region === region && vpc.isDefault);
  if (existing !== undefined) return existing;
  const id = cloud.uuid();
  return state.vpcs.put(id, {
    id,
    name: `default-${region}`,
    description: "",
    region,
    ipRange: chooseVpcRange(state, cloud.plan),
    isDefault: true,
    createdAt: cloud.now(),
  });
}

/** Finds the account's default project, and makes it when it is missing: every account has one. */
export function defaultProject({ state, uuid, now }: Cloud): Project {
  const existing = state.projects.all().find((project) => project.isDefault);
  if (existing !== undefined) return existing;
  const id = uuid();
  return state.projects.put(id, {
    id,
    name: "local",
    description: "The default project of the local cloud",
    purpose: "Just trying out DigitalOcean",
    environment: "Development",
    isDefault: true,
    createdAt: now(),
    updatedAt: now(),
  });
}

/** Puts a new resource into a project, the default one when none is named. */
export function joinProject(cloud: Cloud, urn: string, projectId = defaultProject(cloud).id): void {
  cloud.state.projectResources.put(urn, { urn, projectId, assignedAt: cloud.now() });
}

const tagName = /^[a-zA-Z0-9_\-:]{1,255}$/;

/** Finds DigitalOcean's words against a name for a tag; undefined for a good name. */
export function tagNameProblem(name: string): string | undefined {
  return tagName.test(name)
    ? undefined
    : `Error validating resource tag: tag-name "${name}" contains invalid characters`;
}

/** Makes the tags `names` where they are not there yet; 422 for a name that DigitalOcean would refuse. */
export function ensureTags(state: State, names: readonly string[]): void {
  for (const name of names) {
    const problem = tagNameProblem(name);
    if (problem !== undefined) throw unprocessable(problem);
  }
  for (const name of names) {
    if (state.tags.get(name) === undefined) state.tags.put(name, { name });
  }
}

/** Refuses with 422 tags that are not there. */
export function assertTagsExist(state: State, names: readonly string[]): void {
  const missing = names.filter((name) => state.tags.get(name) === undefined);
  if (missing.length > 0) {
    throw unprocessable(`Tags must exist before they are referenced; not found: ${missing.join(", ")}.`);
  }
}
