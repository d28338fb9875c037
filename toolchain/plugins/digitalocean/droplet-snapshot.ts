import type { Snapshots } from "@digitalocean/dots/src/dots/models/index.js";
import { number, set, sorted, text } from "../protocol/index.ts";
import { apiTime } from "./answers.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmpty } from "./input-rules.ts";
import { waitForAction } from "./wait.ts";

/** A snapshot of a droplet's disk, of which droplets can be made. `size` and `minDiskSize` are in GiB. */
export const dropletSnapshot = defineResource({
  token: "digitalocean:index/dropletSnapshot:DropletSnapshot",
  properties: {
    name: text({ autoname: true, replaces: true, rule: notEmpty }),
    dropletId: text({ required: true, replaces: true, rule: notEmpty }),
    regions: set(text(), { output: true }),
    size: number({ output: true }),
    minDiskSize: number({ output: true }),
    createdAt: text({ output: true }),
  },
  async create({ client, signal, inputs }) {
    const { name } = inputs;
    const dropletId = Number(inputs.dropletId);
    const body = { type: "snapshot" as const, name };
    const started = await client.call(signal, (api) => api.droplets.byDroplet_id(dropletId).actions.post(body));
    await waitForAction({ client, signal }, started);
    const id = await newestSnapshot(client, signal, { dropletId, name });
    return { id, outs: outsOf(answered(await getSnapshot(client, signal, id), `the snapshot ${id}`)) };
  },
  async read({ client, signal, id }) {
    const found = await getSnapshot(client, signal, id);
    return found === undefined ? undefined : outsOf(found);
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.snapshots.bySnapshot_id(Number(id)).delete());
  },
});

/** Finds the youngest snapshot of that name. The action that made it does not tell its id. */
async function newestSnapshot(
  client: DigitalOcean,
  signal: AbortSignal,
  { dropletId, name }: { readonly dropletId: number; readonly name: string },
): Promise<string> {
  const query = { queryParameters: { perPage: 200 } };
  const found = await client.call(signal, (api) => api.droplets.byDroplet_id(dropletId).snapshots.get(query));
  const named = (found?.snapshots ?? []).filter((snapshot) => snapshot.name === name);
  const [newest] = named.toSorted((one, other) => Number(other.createdAt) - Number(one.createdAt));
  return String(answered(newest?.id, `the snapshot ${name} of the droplet ${dropletId}`));
}

async function getSnapshot(client: DigitalOcean, signal: AbortSignal, id: string): Promise<Snapshots | undefined> {
  return (await client.find(signal, (api) => api.snapshots.bySnapshot_id(Number(id)).get()))?.snapshot ?? undefined;
}

function outsOf(found: Snapshots) {
  return {
    name: found.name,
    dropletId: found.resourceId,
    regions: sorted(found.regions),
    size: found.sizeGigabytes ?? 0,
    minDiskSize: found.minDiskSize ?? 0,
    createdAt: apiTime(found.createdAt),
  };
}
