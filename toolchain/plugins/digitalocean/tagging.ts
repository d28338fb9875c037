import type { Tags_resource_resources_resource_type } from "@digitalocean/dots/src/dots/models/index.js";
import type { DigitalOcean } from "./client.ts";

/** Brings the tags of a resource from `before` to `after`. A tag that does not exist is made first. */
export async function retag(
  client: DigitalOcean,
  signal: AbortSignal,
  resource: { readonly id: string; readonly type: Tags_resource_resources_resource_type },
  { before, after }: { readonly before: readonly string[]; readonly after: readonly string[] },
): Promise<void> {
  const resources = [{ resourceId: resource.id, resourceType: resource.type }];
  for (const name of before.filter((each) => !after.includes(each))) {
    await client.find(signal, (api) => api.tags.byTag_id(name).resources.delete({ resources }));
  }
  for (const name of after.filter((each) => !before.includes(each))) {
    await client.call(signal, (api) => api.tags.post({ name }));
    await client.call(signal, (api) => api.tags.byTag_id(name).resources.post({ resources }));
  }
}
