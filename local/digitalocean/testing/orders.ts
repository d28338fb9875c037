import type { TestApi } from "./api.ts";

/** A droplet's least order. */
export const dropletOrder = { name: "im", region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };

/** Creates a droplet, waits until it is up, gives its id. */
export async function createDroplet(api: TestApi, changes: object = {}): Promise<number> {
  const answer = await api.client.droplets.post({ ...dropletOrder, ...changes });
  await api.settled();
  const id = answer !== undefined && "droplet" in answer ? answer.droplet?.id : undefined;
  if (id === undefined || id === null) throw new Error("the API answered no droplet");
  return id;
}

/** Creates a volume, gives its id. */
export async function createVolume(api: TestApi, changes: object = {}): Promise<string> {
  const answer = await api.client.volumes.post({ name: "data", region: "fra1", sizeGigabytes: 10, ...changes });
  const id = answer?.volume?.id;
  if (id === undefined || id === null) throw new Error("the API answered no volume");
  return id;
}
