import type { Cloud } from "./cloud.ts";
import type { Droplet } from "./entities.ts";
import { messageWithCauses } from "../../host/error.ts";

/**
 * Gives the droplet the status that its machine has: one that shut itself down is `off`. While an action is under way, or when
 * the hypervisor cannot tell, the status stays as it was.
 */
export async function withTruePower({ state, hypervisor, actions, log }: Cloud, droplet: Droplet): Promise<Droplet> {
  if (actions.isBusy(droplet.id) || droplet.status === "new") return droplet;
  try {
    const status = (await hypervisor.powerState(droplet.id)) === "on" ? "active" : "off";
    const current = state.droplets.get(String(droplet.id)) ?? droplet;
    if (current.status === status || actions.isBusy(droplet.id)) return current;
    return state.droplets.put(String(droplet.id), { ...current, status });
  } catch (error) {
    log(`digitalocean: power state of droplet ${droplet.id} unknown: ${messageWithCauses(error)}`);
    return droplet;
  }
}
