import { isSpacesRegion, spacesRegions } from "../../components/vendors/digitalocean.ts";

/** Parent of the object store's host names: `<region>.` and `<bucket>.<region>.` stand before it. */
export const spacesDomain = "spaces.local-cloud.test";

/** DNS names of a certificate that serves all regions and all buckets. */
export const spacesCertificateNames: readonly string[] = [
  `*.${spacesDomain}`,
  ...spacesRegions.map((region) => `*.${region}.${spacesDomain}`),
];

/** Target of a request: an object, without a key its bucket, without a bucket all of the region. */
export interface Target {
  readonly region: string;
  readonly bucket?: string;
  /** Decoded, without a leading slash. */
  readonly key?: string;
}

/**
 * Reads bucket and key from host and path, in path style or in virtual-host style. `host` may have a port; `path` is as it
 * was sent, percent-encoded. Undefined when the host is none of the object store's.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function readTarget(host: string, path: string): Target | undefined {
  const [name = ""] = host.toLowerCase().split(":");
  if (!name.endsWith(`.${spacesDomain}`)) return undefined;
  const labels = name.slice(0, -spacesDomain.length - 1).split(".");
  const region = labels.pop();
  if (region === undefined || !isSpacesRegion(region)) return undefined;
  if (labels.length > 0) return withKey({ region, bucket: labels.join(".") }, path.slice(1));
  const [, bucket = "", key = ""] = /^\/?([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return bucket === "" ? { region } : withKey({ region, bucket: decodeURIComponent(bucket) }, key);
}

function withKey(target: Target, encoded: string): Target {
  return encoded === "" ? target : { ...target, key: decodeURIComponent(encoded) };
}
