import * as pulumi from "@pulumi/pulumi";
import { switchAddress } from "../model/switch-address.ts";
import type { Settings } from "../settings/settings.ts";

/**
 * Gives the content of a watcher's `/etc/imera/watch-secrets.json`, in ASCII. Empty where there are none. `eye` is the watcher's
 * name, which has a check of its own at the dead man's switch. Secret.
 */
export function watchSecrets(
  { alarms, deadManSwitch, secrets }: Pick<Settings, "alarms" | "deadManSwitch" | "secrets">,
  eye: string,
): pulumi.Output<string> {
  if (alarms.ways.length === 0 && deadManSwitch === undefined) return pulumi.secret("");
  const switchUrl = deadManSwitch?.apply((address) => switchAddress(address, pulumi.getStack(), eye));
  return pulumi
    .all([secrets.watchPassword, switchUrl, alarms.secrets])
    .apply(([accountPassword, deadManSwitchUrl, ways]) =>
      ascii({ accountPassword, deadManSwitchUrl: deadManSwitchUrl ?? null, ways }),
    );
}

function ascii(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replaceAll(/[^ -~]/g, escaped);
}
