import { sorted } from "../protocol/index.ts";
import { type DigitalOcean, answered } from "./client.ts";

/** Asks the API for the URNs of all resources in a project. */
export async function resourceUrns(client: DigitalOcean, signal: AbortSignal, projectId: string): Promise<string[]> {
  const urns: string[] = [];
  for (let page = 1; ; page++) {
    const queryParameters = { page, perPage: PER_PAGE };
    const found = await client.call(signal, (api) =>
      api.projects.byProject_id(projectId).resources.get({ queryParameters }),
    );
    const items = found?.resources ?? [];
    urns.push(...items.map(({ urn }) => urn ?? ""));
    if (items.length < PER_PAGE) return sorted(urns);
  }
}

/** Puts resources into a project, taking them out of the one where they were. */
export async function moveTo(
  client: DigitalOcean,
  signal: AbortSignal,
  projectId: string,
  urns: readonly string[],
): Promise<void> {
  if (urns.length === 0) return;
  await client.call(signal, (api) => api.projects.byProject_id(projectId).resources.post({ resources: [...urns] }));
}

/** Resources are always in some project: those that leave one go to the account's default project. */
export async function moveToDefault(client: DigitalOcean, signal: AbortSignal, urns: readonly string[]): Promise<void> {
  if (urns.length === 0) return;
  const found = await client.call(signal, (api) => api.projects.defaultEscaped.get());
  await moveTo(client, signal, answered(found?.project?.id, "the default project's id"), urns);
}

const PER_PAGE = 200;
