import type { Droplet } from "../entities.ts";
import type { MonitorAlert } from "../alert-entities.ts";
import type { DropletUsage, Hypervisor } from "../hypervisor.ts";
import type { State } from "../state.ts";
import { calm, look, periodMs, type Watch } from "./observation.ts";
import type { Tell } from "./tell.ts";

const metrics: Readonly<Record<string, keyof DropletUsage>> = {
  "v1/insights/droplet/memory_utilization_percent": "memoryPercent",
  "v1/insights/droplet/disk_utilization_percent": "diskPercent",
};

/** Names what an alert's type measures; undefined where the local cloud measures nothing of the kind. */
export function metricOf(type: string): keyof DropletUsage | undefined {
  return metrics[type];
}

/** DigitalOcean's alerts on droplets' metrics: they are really measured, and really told. */
export interface MetricsMonitor {
  /** Measures all droplets that an alert is about, and tells of what has lasted. Rejects with the hypervisor's error. */
  look(): Promise<void>;
}

/** Parts of {@link createMetricsMonitor}. */
export interface MetricsOptions {
  readonly state: Pick<State, "monitorAlerts" | "droplets">;
  readonly hypervisor: Pick<Hypervisor, "usage">;
  readonly tell: Tell;
  /** The time now, in milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Makes a {@link MetricsMonitor} that has measured nothing yet. */
export function createMetricsMonitor({ state, hypervisor, tell, nowMs }: MetricsOptions): MetricsMonitor {
  const watches = new Map<string, Watch>();
  const lookAt = async (droplet: Droplet, alerts: readonly MonitorAlert[]) => {
    const usage = await hypervisor.usage(droplet.id);
    for (const alert of alerts) {
      const metric = metricOf(alert.type);
      const value = metric === undefined ? undefined : usage?.[metric];
      if (value === undefined) continue;
      const key = `${alert.uuid}/${droplet.id}`;
      const holds = alert.compare === "GreaterThan" ? value > alert.value : value < alert.value;
      const step = look(watches.get(key) ?? calm, holds, nowMs(), periodMs(alert.window));
      watches.set(key, step.watch);
      const word = step.tell === "triggered" ? "Alert" : "Resolved";
      const text = `${word}: ${alert.description}: ${droplet.name}: ${Math.round(value)} %`;
      if (step.tell !== undefined) await tell(alert.recipients, text);
    }
  };
  return {
    async look() {
      const enabled = state.monitorAlerts.all().filter((alert) => alert.enabled);
      // Without the agent nothing measures a droplet.
      const measured = state.droplets.all().filter(({ monitoring, status }) => monitoring && status === "active");
      for (const droplet of measured) {
        const about = enabled.filter((alert) => isAbout(alert, droplet));
        if (about.length > 0) await lookAt(droplet, about);
      }
    },
  };
}

function isAbout({ entities, tags }: MonitorAlert, droplet: Droplet): boolean {
  if (entities.length + tags.length === 0) return true;
  return entities.includes(String(droplet.id)) || tags.some((tag) => droplet.tags.includes(tag));
}
