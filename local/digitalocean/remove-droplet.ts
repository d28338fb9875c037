import type { Cloud } from "./cloud.ts";
import type { Droplet } from "./entities.ts";

/** Takes a destroyed droplet out of the state, and out of all that names it. Its volumes and reserved IP stay, free. */
export async function removeDroplet({ state, network }: Cloud, droplet: Droplet): Promise<void> {
  for (const volume of state.volumes.all()) {
    if (volume.dropletId === droplet.id) state.volumes.put(volume.id, { ...volume, dropletId: null });
  }
  for (const reserved of state.reservedIps.all()) {
    if (reserved.dropletId === droplet.id) state.reservedIps.put(reserved.ip, { ...reserved, dropletId: null });
  }
  for (const firewall of state.firewalls.all()) {
    if (!firewall.dropletIds.includes(droplet.id)) continue;
    const dropletIds = firewall.dropletIds.filter((id) => id !== droplet.id);
    state.firewalls.put(firewall.id, { ...firewall, dropletIds });
  }
  state.projectResources.delete(`do:droplet:${droplet.id}`);
  state.droplets.delete(String(droplet.id));
  await network.applyReservedIps();
  await network.applyFirewalls();
}
