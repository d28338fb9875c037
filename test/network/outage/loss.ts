import { notYet, notYetOn, waitUntil } from "../../../host/wait-until.ts";
import { digitaloceanList, digitaloceanRequest, isRefusal } from "../vendors.ts";
import type { NodeMachine } from "./node.ts";

/** Deletes the node's droplet by the provider's API, behind the engine's back. Its volume stays. */
export async function loseDroplet({ dropletId }: NodeMachine): Promise<void> {
  await digitaloceanRequest("DELETE", `droplets/${dropletId}`);
  await waitUntil({
    what: `droplet ${dropletId} to be gone`,
    probe: async () => {
      const droplets = (await digitaloceanList("droplets")) as { id: number }[];
      return droplets.some(({ id }) => id === dropletId) ? notYet("it is listed") : { value: true };
    },
    intervalMs: 250,
    timeoutMs: 60_000,
  });
}

/** Deletes the node's droplet and its volumes, with all that is on them. */
export async function loseDropletAndVolume(node: NodeMachine): Promise<void> {
  await loseDroplet(node);
  for (const id of node.volumeIds) {
    await waitUntil({
      what: `volume ${id} to be deleted`,
      // It is attached as long as the droplet is not quite gone.
      probe: notYetOn(isRefusal, async () => ({ value: await digitaloceanRequest("DELETE", `volumes/${id}`) })),
      intervalMs: 500,
      timeoutMs: 30_000,
    });
  }
}
