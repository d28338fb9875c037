import type { AddressPlan } from "../run/address-plan.ts";
import type { Hypervisor } from "./hypervisor.ts";
import type { Log } from "../emulation/log.ts";
import type { Store } from "../emulation/store.ts";
import { unprocessable, type ApiError } from "./errors.ts";
import type { Action, Droplet, Vpc, Work } from "./entities.ts";
import type { State } from "./state.ts";
import type { UptimeMonitor } from "./alerts/uptime.ts";

/** State, hypervisor and sources of one local DigitalOcean, shared by its routes and actions. */
export interface Cloud {
  readonly state: State;
  readonly store: Store;
  readonly hypervisor: Hypervisor;
  readonly plan: AddressPlan;
  readonly log: Log;
  /** The time now, in ISO 8601. */
  readonly now: () => string;
  /** A new UUID, for the ids that are not numbers. */
  readonly uuid: () => string;
  readonly actions: ActionRunner;
  readonly network: Network;
  readonly uptime: UptimeMonitor;
}

/** Starts actions, one at a time for each droplet and volume. */
export interface ActionRunner {
  /**
   * Records an action and does its work after the answer. Throws 422 "Droplet already has a pending event." while the
   * droplet (or the volume) has another under way.
   */
  start(request: {
    readonly type: string;
    readonly resourceType: Action["resourceType"];
    readonly resourceId: number | null;
    readonly region: string;
    readonly work: Work;
  }): Action;
  /** Throws as `start` would. */
  assertFree(subject: { readonly dropletId?: number | null; readonly volumeId?: string }): void;
  /** Tells whether an action on the droplet is under way. */
  isBusy(dropletId: number): boolean;
  /** Starts again the actions that a restart interrupted. */
  resume(): void;
  /** Resolves when no action is under way. */
  idle(): Promise<void>;
}

/** Keeps the packet filter and the table of reserved IPs equal to the state. */
export interface Network {
  /**
   * Makes `change` to the state and the packet filter follow it; when the hypervisor fails, `undo` is called and the error
   * thrown, so a firewall that is answered is a firewall that holds.
   */
  changeFirewalls(change: () => void, undo: () => void): Promise<void>;
  /** Makes the packet filter follow the state. Rejects with the hypervisor's error. */
  applyFirewalls(): Promise<void>;
  /** Makes the table of reserved IPs follow the state. Rejects with the hypervisor's error. */
  applyReservedIps(): Promise<void>;
}

/** Finds the VPC of a droplet. Throws when it is missing, which is a damaged state: a VPC with droplets cannot be deleted. */
export function vpcOf(state: State, droplet: Pick<Droplet, "id" | "vpcId">): Vpc {
  const vpc = state.vpcs.get(droplet.vpcId);
  if (vpc === undefined) throw new Error(`droplet ${droplet.id}: its VPC ${droplet.vpcId} is not in the state`);
  return vpc;
}

/** Finds the droplet `id`. Throws `missing` (422 by default) when there is none. */
export function requireDroplet(
  state: State,
  id: number,
  missing: ApiError = unprocessable(`Droplet ${id} does not exist.`),
): Droplet {
  const droplet = state.droplets.get(String(id));
  if (droplet === undefined) throw missing;
  return droplet;
}
