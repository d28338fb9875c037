import type { Tags } from "@digitalocean/dots/src/dots/models/index.js";
import { number, text } from "../protocol/index.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { tagName } from "./input-rules.ts";

/** A tag, whose name is its id. */
export const tag = defineResource({
  token: "digitalocean:index/tag:Tag",
  properties: {
    name: text({ autoname: true, replaces: true, rule: tagName }),
    totalResourceCount: number({ output: true }),
    dropletsCount: number({ output: true }),
    imagesCount: number({ output: true }),
    volumesCount: number({ output: true }),
    volumeSnapshotsCount: number({ output: true }),
    databasesCount: number({ output: true }),
  },
  async create({ client, signal, inputs }) {
    const made = await client.call(signal, (api) => api.tags.post({ name: inputs.name }));
    const id = answered(made?.tag?.name, "the tag's name");
    return { id, outs: outsOf(answered(await getTag(client, signal, id), "the tag")) };
  },
  async read({ client, signal, id }) {
    const found = await getTag(client, signal, id);
    return found === undefined ? undefined : outsOf(found);
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.tags.byTag_id(id).delete());
  },
});

async function getTag(client: DigitalOcean, signal: AbortSignal, name: string): Promise<Tags | undefined> {
  return (await client.find(signal, (api) => api.tags.byTag_id(name).get()))?.tag ?? undefined;
}

function outsOf({ name, resources }: Tags) {
  return {
    name,
    totalResourceCount: resources?.count ?? 0,
    dropletsCount: resources?.droplets?.count ?? 0,
    imagesCount: imagesCount(resources?.additionalData?.["images"]),
    volumesCount: resources?.volumes?.count ?? 0,
    volumeSnapshotsCount: resources?.volumeSnapshots?.count ?? 0,
    databasesCount: resources?.databases?.count ?? 0,
  };
}

// DigitalOcean's own client misspells this member ("imgages"), so it arrives among what the client does not know.
function imagesCount(images: unknown): number {
  const known = typeof images === "object" && images !== null && "count" in images ? images.count : 0;
  return typeof known === "number" ? known : 0;
}
