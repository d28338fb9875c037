import { getStack } from "@pulumi/pulumi";
import type { NodeAddresses } from "../model/node-facts.ts";
import type { Service } from "../model/services.ts";
import type { Settings } from "../settings/settings.ts";
import { watcherKey } from "../settings/watch-rules.ts";
import { watchDocument } from "./watch-document.ts";

/** Node that watches itself. */
interface WatchingNode {
  readonly key: string;
  /** Full name. */
  readonly hostName: string;
  readonly settings: Settings;
  readonly services: readonly Service[];
}

/** Time after which a node tells what the droplet that watches has not. */
const afterWatcherSeconds = 60;

/**
 * Makes the document that has a node watch itself, and the droplet that watches where there is one. Undefined where nobody is
 * alarmed.
 */
export function watchItself({
  key,
  hostName,
  settings,
  services,
}: WatchingNode): ((addresses: NodeAddresses) => object) | undefined {
  if (settings.alarms.ways.length === 0) return undefined;
  const isAlone = settings.watcher === "";
  return (addresses) =>
    watchDocument({
      stack: getStack(),
      settings,
      services,
      nodes: [{ key, hostName, addresses }],
      ways: settings.alarms.ways,
      eye: {
        name: key,
        role: "node",
        region: settings.region,
        heartbeats: isAlone ? [] : [watcherKey],
        delaySeconds: isAlone ? 0 : afterWatcherSeconds,
        tellsDaily: isAlone,
      },
    });
}
