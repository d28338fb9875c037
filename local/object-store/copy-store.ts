import type { DaemonSettings } from "../run/daemon-settings.ts";
import type { SpacesKey } from "./authenticate.ts";
import { otherProvider } from "./hosts.ts";

const [region = ""] = otherProvider.regions;

/** Place of the copy of the backups at the other provider: a bucket with Object Lock, as its owner made it there. */
export const copyStore = {
  endpoint: `${region}.${otherProvider.domain}`,
  region,
  bucket: "copy-of-backups",
  /** Days of the bucket's default retention, in the mode COMPLIANCE. */
  lockDays: 30,
} as const;

/** Finds a key of the other provider's account, which none of DigitalOcean's keys is. */
export function findCopyKey(settings: DaemonSettings, accessKey: string): SpacesKey | undefined {
  const keys: readonly SpacesKey[] = [
    {
      accessKey: settings.copyAccessKey,
      secretKey: settings.copySecretKey,
      grants: [{ bucket: copyStore.bucket, permission: "readwrite" }],
    },
    {
      accessKey: settings.copyReaderAccessKey,
      secretKey: settings.copyReaderSecretKey,
      grants: [{ bucket: copyStore.bucket, permission: "read" }],
    },
  ];
  return keys.find((key) => key.accessKey === accessKey);
}
