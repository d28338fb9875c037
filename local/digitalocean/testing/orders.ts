import type { TestApi } from "./api.ts";

/** A droplet's least order. */
export const dropletOrder = { name: "im", region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };

/** Creates a droplet, waits until it is up, gives its id. */
export async function createDroplet(api: TestApi, changes: object = {}): Promise<number> {
  const answer = await api.client.v2.droplets.post({ ...dropletOrder, ...changes });
  await api.settled();
  if (answer === undefined) throw new Error("the API answered no droplet");
  return answer.droplet.id;
}

/** Creates a volume, gives its id. */
export async function createVolume(api: TestApi, changes: object = {}): Promise<string> {
  const answer = await api.client.v2.volumes.post({ name: "data", region: "fra1", sizeGigabytes: 10, ...changes });
  if (answer === undefined) throw new Error("the API answered no volume");
  return answer.volume.id;
}
