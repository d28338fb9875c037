import type { Hypervisor } from "./hypervisor.ts";
import type { Network } from "./cloud.ts";
import { compileFilters } from "./filters.ts";
import type { State } from "./state.ts";

/** Makes a {@link Network} over `hypervisor`. Both tables are replaced whole, so writes wait for each other: the newest state wins. */
export function createNetwork(state: State, hypervisor: Hypervisor): Network {
  const inTurn = createQueue();
  const applyFirewalls = () => inTurn(() => hypervisor.applyFirewalls(compileFilters(state)));
  return {
    applyFirewalls,
    async changeFirewalls(change, undo) {
      change();
      try {
        await applyFirewalls();
      } catch (error) {
        undo();
        throw error;
      }
    },
    applyReservedIps: () =>
      inTurn(() =>
        hypervisor.applyReservedIps(
          state.reservedIps.all().map(({ ip, dropletId }) => {
            const droplet = dropletId === null ? undefined : state.droplets.get(String(dropletId));
            if (droplet === undefined) return { ipv4: ip };
            return { ipv4: ip, droplet: { id: droplet.id, publicIpv4: droplet.publicIpv4 } };
          }),
        ),
      ),
  };
}

function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = tail.then(task);
    // The next task runs whatever became of this one; who asked for this one is told.
    tail = result.catch(() => undefined);
    return result;
  };
}
