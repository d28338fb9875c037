import { messageOf } from "../../../host/error.ts";
import type { UptimeAlert, UptimeCheck } from "../alert-entities.ts";
import type { State } from "../state.ts";
import { calm, look, periodMs, type Watch } from "./observation.ts";
import type { Tell } from "./tell.ts";

/** Result of one look at a target. */
export interface Seen {
  readonly isUp: boolean;
  readonly latencyMs: number;
  /** End of the certificate, in milliseconds since 1970; undefined without TLS. */
  readonly certificateEndsMs?: number;
  /** What stood in the way, or the status. */
  readonly detail: string;
}

/** Looks at a target, in a few seconds. Rejects where it is down, with the reason. */
export type Probe = (check: Pick<UptimeCheck, "type" | "target">) => Promise<Omit<Seen, "isUp">>;

/** DigitalOcean's checks from outside: they really look, and really tell. All regions look from the local cloud's own address. */
export interface UptimeMonitor {
  /** Looks at all targets that are enabled, and tells of what has lasted. Never rejects. */
  look(): Promise<void>;
  /** Shows the state of a check as the API does: what each region saw, and the last outage. */
  stateOf(check: UptimeCheck): object;
  /** Forgets what was seen of a check that has changed or gone. */
  forget(checkId: string): void;
}

/** Parts of {@link createUptimeMonitor}. */
export interface UptimeOptions {
  readonly state: Pick<State, "uptimeChecks" | "uptimeAlerts">;
  readonly probe: Probe;
  readonly tell: Tell;
  /** The time now, in milliseconds since 1970. */
  readonly nowMs: () => number;
}

/** Sight of one target over time. */
interface Sight extends Seen {
  /** Time since which it is up, or down. */
  readonly sinceMs: number;
  readonly outage: { readonly startedMs: number; readonly endedMs: number } | undefined;
}

/** Makes an {@link UptimeMonitor} that has seen nothing yet. */
export function createUptimeMonitor({ state, probe, tell, nowMs }: UptimeOptions): UptimeMonitor {
  const sights = new Map<string, Sight>();
  const watches = new Map<string, Watch>();

  const lookAt = async (check: UptimeCheck) => {
    const seen = await see(probe, check);
    // It may have been changed or deleted meanwhile.
    if (state.uptimeChecks.get(check.id) !== check) return;
    const sight = joined(sights.get(check.id), seen, nowMs());
    sights.set(check.id, sight);
    for (const alert of state.uptimeAlerts.all().filter(({ checkId }) => checkId === check.id)) {
      const step = look(watches.get(alert.id) ?? calm, holds(alert, sight, nowMs()), nowMs(), periodMs(alert.period));
      watches.set(alert.id, step.watch);
      if (step.tell !== undefined) await tell(alert.recipients, words(alert, check, sight, step.tell));
    }
  };
  return {
    async look() {
      await Promise.all(
        state.uptimeChecks
          .all()
          .filter(({ enabled }) => enabled)
          .map(lookAt),
      );
    },
    stateOf: (check) => view(check, sights.get(check.id), nowMs()),
    forget: (checkId) => void sights.delete(checkId),
  };
}

async function see(probe: Probe, check: UptimeCheck): Promise<Seen> {
  try {
    return { ...(await probe(check)), isUp: true };
  } catch (error) {
    return { isUp: false, latencyMs: 0, detail: messageOf(error) };
  }
}

function joined(before: Sight | undefined, seen: Seen, nowMs: number): Sight {
  if (before === undefined) return { ...seen, sinceMs: nowMs, outage: undefined };
  if (before.isUp === seen.isUp) return { ...seen, sinceMs: before.sinceMs, outage: before.outage };
  const outage = seen.isUp ? { startedMs: before.sinceMs, endedMs: nowMs } : before.outage;
  return { ...seen, sinceMs: nowMs, outage };
}

function holds({ type, threshold, comparison }: UptimeAlert, sight: Sight, nowMs: number): boolean {
  const compares = (value: number) => (comparison === "less_than" ? value < threshold : value > threshold);
  switch (type) {
    case "down":
    case "down_global":
      return !sight.isUp;
    case "latency":
      return sight.isUp && compares(sight.latencyMs);
    case "ssl_expiry":
      return sight.certificateEndsMs !== undefined && compares((sight.certificateEndsMs - nowMs) / 86_400_000);
  }
}

function words(alert: UptimeAlert, check: UptimeCheck, sight: Sight, tell: "triggered" | "resolved"): string {
  const what = `${alert.name} (${alert.type}): ${check.target}`;
  return tell === "triggered" ? `Alert: ${what}: ${sight.detail}` : `Resolved: ${what}`;
}

function view({ regions, enabled }: UptimeCheck, sight: Sight | undefined, nowMs: number): object {
  const status = sight === undefined || !enabled ? "CHECKING" : sight.isUp ? "UP" : "DOWN";
  const region = {
    status,
    status_changed_at: iso(sight?.sinceMs ?? nowMs),
    thirty_day_uptime_percentage: sight?.outage === undefined && status !== "DOWN" ? 100 : 99.9,
  };
  const outage = sight?.outage;
  return {
    regions: Object.fromEntries(regions.map((name) => [name, region])),
    ...(outage === undefined
      ? {}
      : {
          previous_outage: {
            region: regions[0],
            started_at: iso(outage.startedMs),
            ended_at: iso(outage.endedMs),
            duration_seconds: Math.round((outage.endedMs - outage.startedMs) / 1000),
          },
        }),
  };
}

function iso(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/\.\d+Z$/, "Z");
}
