import * as pulumi from "@pulumi/pulumi";
import type { NodeAddresses } from "../model/node-facts.ts";
import type { Service } from "../model/services.ts";
import type { Settings } from "../settings/settings.ts";
import { watchDocument } from "./watch-document.ts";

/** Node that is watched, before its addresses are known. */
interface NodeToWatch {
  readonly key: string;
  /** Full name. */
  readonly hostName: string;
  readonly addresses: pulumi.Output<NodeAddresses>;
}

/** Files of a watcher, as JSON. */
export interface WatchFiles {
  /** Content of watch.json. */
  readonly configuration: string;
  /** Content of watch-secrets.json. */
  readonly secrets: string;
}

/**
 * Makes the files for a watcher on a machine that is not the network's, such as the operator's own. It gives no sign of life to the
 * dead man's switch: it may be switched off at any time. Secret.
 */
export function watchElsewhere(
  settings: Settings,
  services: readonly Service[],
  nodes: readonly NodeToWatch[],
): pulumi.Output<WatchFiles> {
  return pulumi.secret(
    pulumi
      .all([
        pulumi.all(nodes.map(({ addresses }) => addresses)),
        settings.secrets.watchPassword,
        settings.alarms.secrets,
      ])
      .apply(([found, accountPassword, ways]) => ({
        configuration: JSON.stringify(
          watchDocument({
            stack: pulumi.getStack(),
            settings,
            services,
            nodes: nodes.flatMap(({ key, hostName }, index) => {
              const addresses = found[index];
              return addresses === undefined ? [] : [{ key, hostName, addresses }];
            }),
            ways: settings.alarms.ways,
            eye: {
              name: "operator",
              role: "operator",
              region: "the operator's machine",
              heartbeats: [],
              delaySeconds: 0,
              tellsDaily: false,
            },
          }),
        ),
        secrets: JSON.stringify({ accountPassword, deadManSwitchUrl: null, ways }),
      })),
  );
}
