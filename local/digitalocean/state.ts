import type { z } from "zod";
import type { Collection, Store } from "../emulation/store.ts";
import * as alertEntities from "./alert-entities.ts";
import * as entities from "./entities.ts";

/** All that the API remembers, by kind. Keys are the ids as text; for tags, addresses and URNs the thing itself. */
export interface State {
  readonly keys: Collection<entities.SshKey>;
  readonly snapshots: Collection<entities.Snapshot>;
  readonly droplets: Collection<entities.Droplet>;
  readonly volumes: Collection<entities.Volume>;
  readonly firewalls: Collection<entities.Firewall>;
  readonly reservedIps: Collection<entities.ReservedIp>;
  readonly vpcs: Collection<entities.Vpc>;
  readonly tags: Collection<entities.Tag>;
  readonly projects: Collection<entities.Project>;
  readonly projectResources: Collection<entities.ProjectResource>;
  readonly uptimeChecks: Collection<alertEntities.UptimeCheck>;
  readonly uptimeAlerts: Collection<alertEntities.UptimeAlert>;
  readonly monitorAlerts: Collection<alertEntities.MonitorAlert>;
  readonly spacesKeys: Collection<entities.SpacesKey>;
  readonly actions: Collection<entities.Action>;
  readonly counters: Collection<{ value: number }>;
}

/** Opens the API's collections in `store`; throws a StoreError when what is stored does not fit. */
export function openState(store: Store): State {
  const open = <T>(name: string, schema: z.ZodType<T>) => store.collection(`digitalocean/${name}`, schema);
  return {
    keys: open("keys", entities.sshKey),
    snapshots: open("snapshots", entities.snapshot),
    droplets: open("droplets", entities.droplet),
    volumes: open("volumes", entities.volume),
    firewalls: open("firewalls", entities.firewall),
    reservedIps: open("reserved-ips", entities.reservedIp),
    vpcs: open("vpcs", entities.vpc),
    tags: open("tags", entities.tag),
    projects: open("projects", entities.project),
    projectResources: open("project-resources", entities.projectResource),
    uptimeChecks: open("uptime-checks", alertEntities.uptimeCheck),
    uptimeAlerts: open("uptime-alerts", alertEntities.uptimeAlert),
    monitorAlerts: open("monitor-alerts", alertEntities.monitorAlert),
    spacesKeys: open("spaces-keys", entities.spacesKey),
    actions: open("actions", entities.action),
    counters: open("counters", entities.counter),
  };
}

/** Takes the next number for a key, droplet or action. No number is given twice in a run, whatever was deleted since. */
export function nextId(state: State): number {
  const value = (state.counters.get("id")?.value ?? 100_000) + 1;
  state.counters.put("id", { value });
  return value;
}
