import { log } from "@pulumi/pulumi";
import type { Settings } from "../settings/settings.ts";

/** Settings that decide who learns of an outage. */
type WatchedSettings = Pick<Settings, "region" | "watcher" | "alarms" | "vendorAlerts" | "purpose">;

/** Word to the operator in a preview. */
interface Word {
  readonly severity: "info" | "warn";
  readonly text: string;
}

/** Says in a preview what nobody would learn of an outage, and what would not arrive. Rejects with the engine's error. */
export async function sayWhatIsUnseen(settings: WatchedSettings): Promise<void> {
  for (const { severity, text } of unseen(settings)) await log[severity](text);
}

/** Lists what nobody would learn of an outage with these settings, and what would not arrive; pure. */
export function unseen(settings: WatchedSettings): readonly Word[] {
  if (settings.purpose === "drill") return [];
  return [...watchers(settings), ...ways(settings)];
}

function watchers({ region, watcher, alarms, vendorAlerts }: WatchedSettings): Word[] {
  const others = vendorAlerts === "" ? "your users" : "DigitalOcean, after two minutes,";
  if (alarms.ways.length === 0) {
    return [
      info(`imera:alarms is empty: when the network is down, ${others} will tell you. docs/watching.md says more.`),
    ];
  }
  if (watcher === "") {
    return [
      info(
        `imera:watcher is not set: a node tells of its services, but of its own death ${others} will tell you. ` +
          "A watcher tells within seconds, for 4 USD a month: docs/watching.md.",
      ),
    ];
  }
  return watcher.region === region
    ? [warning(`imera:watcher.region: ${region} is the nodes' own; when it is away, so is the watcher. Take another.`)]
    : [];
}

function ways({ alarms }: WatchedSettings): Word[] {
  const closed = alarms.ways.filter((way) => way["type"] === "smtp" && closedPorts.has(Number(way["port"])));
  const words = closed.map(({ name, port }) =>
    warning(
      `imera:alarms: ${String(name)} needs port ${String(port)}, and DigitalOcean keeps 25, 465 and 587 closed on new droplets. Take ` +
        "type mail-api, or port 2525 where the provider has it; or ask DigitalOcean's support to open it.",
    ),
  );
  const isAlone = alarms.ways.length === 1;
  return isAlone
    ? [
        ...words,
        info("imera:alarms has one way only: while its provider is down, nothing reaches you. Add another provider's."),
      ]
    : words;
}

/** Ports for mail that DigitalOcean blocks (docs.digitalocean.com/support/why-is-smtp-blocked, November 2026). */
const closedPorts: ReadonlySet<number> = new Set([25, 465, 587]);

function info(text: string): Word {
  return { severity: "info", text };
}

function warning(text: string): Word {
  return { severity: "warn", text };
}
