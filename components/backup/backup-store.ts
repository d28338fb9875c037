import * as pulumi from "@pulumi/pulumi";
import { SpacesBucket } from "@pulumi/digitalocean/spacesBucket.js";
import { SpacesKey } from "@pulumi/digitalocean/spacesKey.js";
import type { BackupLocation } from "../model/backup-location.ts";
import type { S3Key, Settings } from "../settings/settings.ts";
import { backupRegionFor } from "../vendors/digitalocean.ts";

/** Arguments of {@link BackupStore}. */
export interface BackupStoreArgs {
  readonly settings: Settings;
}

/**
 * Where the nodes' backups go: a bucket of the stack's own with two keys that open nothing else, or the one that
 * `backupBucket` names, of which nothing is made or removed.
 */
export class BackupStore extends pulumi.ComponentResource {
  readonly location: pulumi.Output<BackupLocation>;
  /** Reads and writes the bucket. */
  readonly nodeKey: S3Key;
  /** Reads the bucket: enough for a drill. */
  readonly readerKey: S3Key;

  constructor(name: string, { settings }: BackupStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:BackupStore", `${name}-store`, {}, opts);
    const store =
      settings.bucketKey === undefined
        ? ownBucket(name, settings, this)
        : { ...existingBucket(settings), nodeKey: settings.bucketKey, readerKey: settings.bucketKey };
    this.location = store.location;
    this.nodeKey = store.nodeKey;
    this.readerKey = store.readerKey;
    this.registerOutputs({ location: this.location });
  }
}

type Store = Pick<BackupStore, "location" | "nodeKey" | "readerKey">;

/** Its name is drawn once by the engine: names of buckets are taken by whoever comes first, in all accounts. */
function ownBucket(name: string, settings: Settings, parent: pulumi.Resource): Store {
  const bucket = new SpacesBucket(
    name,
    {
      region: regionOf(settings),
      acl: "private",
      // A node that was broken into can overwrite and delete with its key, but not the versions that were there before.
      versioning: { enabled: true },
      lifecycleRules: [
        {
          id: "outdated",
          enabled: true,
          noncurrentVersionExpiration: { days: settings.backupKeepDays },
          abortIncompleteMultipartUploadDays: 1,
        },
      ],
      forceDestroy: !settings.protectData,
    },
    // A droplet that moves to another region must find its backups where they are.
    { parent, protect: settings.protectData, ignoreChanges: ["region"] },
  );
  const key = (holder: string, permission: string) =>
    bucketKey(`${name}-${holder}-key`, { bucket: bucket.name, holder, permission }, parent);
  return {
    location: pulumi.all([bucket.name, bucket.region]).apply(([bucketName, region = regionOf(settings)]) => {
      warnOfOneRegion(region, settings, parent);
      return { endpoint: endpointOf(settings, region), region, bucket: bucketName };
    }),
    nodeKey: key("node", "readwrite"),
    readerKey: key("drill", "read"),
  };
}

function existingBucket(settings: Settings): Pick<Store, "location"> {
  const { backupRegion: region, backupBucket: bucket } = settings;
  return { location: pulumi.output({ endpoint: endpointOf(settings, region), region, bucket }) };
}

/** What a key may do, and who has it. */
interface Grant {
  readonly bucket: pulumi.Input<string>;
  readonly holder: string;
  readonly permission: string;
}

function bucketKey(name: string, { bucket, holder, permission }: Grant, parent: pulumi.Resource): S3Key {
  const key = new SpacesKey(
    name,
    { name: `imera-${pulumi.getStack()}-${holder}`, grants: [{ bucket, permission }] },
    { parent },
  );
  return { accessKey: pulumi.secret(key.accessKey), secretKey: pulumi.secret(key.secretKey) };
}

function regionOf(settings: Settings): string {
  const region = settings.backupRegion === "" ? backupRegionFor(settings.region) : settings.backupRegion;
  if (region === undefined) throw new Error(`backupRegion: none for droplets in ${settings.region}`);
  return region;
}

/** Nodes always use https on the usual port; what the plugin uses may have another scheme. */
export function endpointOf({ backupEndpoint, spacesEndpoint }: EndpointSettings, region: string): string {
  if (backupEndpoint !== "") return backupEndpoint;
  const template = spacesEndpoint ?? "https://{{.Region}}.digitaloceanspaces.com";
  return template.replace(/\{\{\s*\.Region\s*\}\}/g, region).replace(/^[a-z]+:\/\/|[:/].*$/g, "");
}

type EndpointSettings = Pick<Settings, "backupEndpoint" | "spacesEndpoint">;

function warnOfOneRegion(region: string, settings: Settings, resource: pulumi.Resource): void {
  if (region !== settings.region) return;
  void pulumi.log.warn(
    `backups are in the droplet's own region, ${region}: an outage of that region takes both. Set imera:backupRegion before the ` +
      "bucket is made, or imera:region to another one.",
    resource,
  );
}
