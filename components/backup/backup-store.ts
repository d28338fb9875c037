import * as pulumi from "@pulumi/pulumi";
import { SpacesBucket } from "@pulumi/digitalocean/spacesBucket.js";
import { SpacesKey } from "@pulumi/digitalocean/spacesKey.js";
import type { BackupLocation } from "../model/backup-location.ts";
import { vendorNames } from "../model/vendor-names.ts";
import type { S3Key } from "../settings/settings.ts";
import { backupRegionFor } from "../vendors/digitalocean.ts";

/** Arguments of {@link BackupStore}: settings of the stack. */
export interface BackupStoreArgs {
  /** DigitalOcean's region of the droplets. */
  readonly region: string;
  /** Region of a bucket that is made; empty: one near `region`. Of `backupBucket`, its own. */
  readonly backupRegion: string;
  /** Bucket that exists; empty: one is made. */
  readonly backupBucket: string;
  /** Host name of the S3 endpoint that nodes use; empty: that of Spaces. */
  readonly backupEndpoint: string;
  /** Days that overwritten objects are kept. */
  readonly backupKeepDays: number;
  /** Protection of the bucket that is made, and of what is in it, from the stack's end. */
  readonly protectData: boolean;
  /** Key pair for `backupBucket`; undefined: a bucket is made. */
  readonly bucketKey: S3Key | undefined;
  /** Address of Spaces with `{{.Region}}` for the region; undefined: the vendor's own. */
  readonly spacesEndpoint: string | undefined;
}

/**
 * Store of the nodes' backups: a bucket of the stack's own with two keys that open nothing else, or the one that
 * `backupBucket` names, of which nothing is made or removed.
 */
export class BackupStore extends pulumi.ComponentResource {
  readonly location: pulumi.Output<BackupLocation>;
  /** Key pair that reads and writes the bucket. */
  readonly nodeKey: S3Key;
  /** Read-only key pair for the bucket: enough for a drill. */
  readonly readerKey: S3Key;

  constructor(name: string, args: BackupStoreArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:BackupStore", `${name}-store`, {}, opts);
    const store =
      args.bucketKey === undefined
        ? ownBucket(name, args, this)
        : { ...existingBucket(args), nodeKey: args.bucketKey, readerKey: args.bucketKey };
    this.location = store.location;
    this.nodeKey = store.nodeKey;
    this.readerKey = store.readerKey;
    this.registerOutputs({ location: this.location });
  }
}

type Store = Pick<BackupStore, "location" | "nodeKey" | "readerKey">;

/** Makes a bucket. The engine draws its name, once: a name belongs to whoever takes it first, in all accounts. */
function ownBucket(name: string, args: BackupStoreArgs, parent: pulumi.Resource): Store {
  const bucket = new SpacesBucket(
    name,
    {
      region: regionOf(args),
      acl: "private",
      // Against mistakes. Against a node that was broken into only a copy elsewhere helps: its key may delete versions as well.
      versioning: { enabled: true },
      lifecycleRules: [
        {
          id: "outdated",
          enabled: true,
          noncurrentVersionExpiration: { days: args.backupKeepDays },
          // The mark of a deletion stays when the versions before it are gone, and every listing reads it.
          expiration: { expiredObjectDeleteMarker: true },
          abortIncompleteMultipartUploadDays: 1,
        },
      ],
      forceDestroy: !args.protectData,
    },
    // A droplet that moves to another region must find its backups where they are.
    { parent, protect: args.protectData, ignoreChanges: ["region"] },
  );
  const key = (holder: string, permission: string) =>
    bucketKey(`${name}-${holder}-key`, { bucket: bucket.name, holder, permission }, parent);
  return {
    location: pulumi.all([bucket.name, bucket.region]).apply(([bucketName, region = regionOf(args)]) => {
      warnOfOneRegion(region, args, parent);
      return { endpoint: endpointOf(args, region), region, bucket: bucketName };
    }),
    nodeKey: key("node", "readwrite"),
    readerKey: key("drill", "read"),
  };
}

function existingBucket(args: BackupStoreArgs): Pick<Store, "location"> {
  const { backupRegion: region, backupBucket: bucket } = args;
  return { location: pulumi.output({ endpoint: endpointOf(args, region), region, bucket }) };
}

/** Permission of a key, and who has it. */
interface Grant {
  readonly bucket: pulumi.Input<string>;
  readonly holder: string;
  readonly permission: string;
}

function bucketKey(name: string, { bucket, holder, permission }: Grant, parent: pulumi.Resource): S3Key {
  const key = new SpacesKey(
    name,
    { name: vendorNames(pulumi.getStack()).spacesKey(holder), grants: [{ bucket, permission }] },
    { parent },
  );
  return { accessKey: pulumi.secret(key.accessKey), secretKey: pulumi.secret(key.secretKey) };
}

function regionOf(args: BackupStoreArgs): string {
  const region = args.backupRegion === "" ? backupRegionFor(args.region) : args.backupRegion;
  if (region === undefined) throw new Error(`backupRegion: none for droplets in ${args.region}`);
  return region;
}

/** Gives the host name of the S3 endpoint in a region. Nodes use https on the usual port, whatever the plugin uses. */
export function endpointOf({ backupEndpoint, spacesEndpoint }: EndpointSettings, region: string): string {
  if (backupEndpoint !== "") return backupEndpoint;
  const template = spacesEndpoint ?? "https://{{.Region}}.digitaloceanspaces.com";
  return template.replace(/\{\{\s*\.Region\s*\}\}/g, region).replace(/^[a-z]+:\/\/|[:/].*$/g, "");
}

type EndpointSettings = Pick<BackupStoreArgs, "backupEndpoint" | "spacesEndpoint">;

function warnOfOneRegion(region: string, args: BackupStoreArgs, resource: pulumi.Resource): void {
  if (region !== args.region) return;
  void pulumi.log.warn(
    `backups are in the droplet's own region, ${region}: an outage of that region takes both. Set imera:backupRegion before the ` +
      "bucket is made, or imera:region to another one.",
    resource,
  );
}
