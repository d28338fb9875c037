import type { Cloud } from "./cloud.ts";
import { dropletSpec, volumeSpec } from "./perform.ts";

/**
 * Tells the hypervisor all that the state says, then resumes interrupted actions. The filters come before the droplets; a
 * droplet that was off is left off.
 */
export async function replay(cloud: Cloud): Promise<void> {
  const { state, hypervisor, network, actions } = cloud;
  await network.applyFirewalls();
  await network.applyReservedIps();
  for (const volume of state.volumes.all()) await hypervisor.createVolume(volumeSpec(volume));
  for (const droplet of state.droplets.all()) {
    if (droplet.status === "active") await hypervisor.createDroplet(dropletSpec(cloud, droplet));
  }
  for (const { id, dropletId } of state.volumes.all()) {
    if (dropletId !== null) await hypervisor.attachVolume(id, dropletId);
  }
  actions.resume();
  await cloud.store.flush();
}
