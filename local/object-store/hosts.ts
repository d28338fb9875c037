import { spacesRegions } from "../../components/vendors/digitalocean.ts";

/** Provider of an object store: its host names, and what it does that others do not. */
export interface StoreProvider {
  /** Name in the log. */
  readonly name: string;
  /** Parent of the host names: `<region>.` and `<bucket>.<region>.` stand before it. */
  readonly domain: string;
  readonly regions: readonly string[];
  /** True where a signature must be for the region that is asked, as S3 has it; false where any region is taken. */
  readonly wantsOwnRegion: boolean;
  /** True where buckets can have Object Lock. */
  readonly hasObjectLock: boolean;
}

/** DigitalOcean Spaces. Its clients name one of AWS's regions in their signatures, and it has no Object Lock. */
export const spaces: StoreProvider = {
  name: "spaces",
  domain: "spaces.local-cloud.test",
  regions: spacesRegions,
  wantsOwnRegion: false,
  hasObjectLock: false,
};

/** Another provider, of which DigitalOcean knows nothing: it keeps the copy of the backups. */
export const otherProvider: StoreProvider = {
  name: "other-provider",
  domain: "other-provider.local-cloud.test",
  regions: ["elsewhere-1"],
  wantsOwnRegion: true,
  hasObjectLock: true,
};

/** Lists the DNS names of a certificate that serves all regions and all buckets of both providers. */
export const storeCertificateNames: readonly string[] = [spaces, otherProvider].flatMap(({ domain, regions }) => [
  `*.${domain}`,
  ...regions.map((region) => `*.${region}.${domain}`),
]);

/** Target of a request: an object, without a key its bucket, without a bucket all of the region. */
export interface Target {
  readonly region: string;
  readonly bucket?: string;
  /** Decoded, without a leading slash. */
  readonly key?: string;
}

/**
 * Reads bucket and key from host and path, in path style or in virtual-host style. `host` may have a port; `path` is as it
 * was sent, percent-encoded. Undefined when the host is none of the provider's.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
 */
export function readTarget({ domain, regions }: StoreProvider, host: string, path: string): Target | undefined {
  const [name = ""] = host.toLowerCase().split(":");
  if (!name.endsWith(`.${domain}`)) return undefined;
  const labels = name.slice(0, -domain.length - 1).split(".");
  const region = labels.pop();
  if (region === undefined || !regions.includes(region)) return undefined;
  if (labels.length > 0) return withKey({ region, bucket: labels.join(".") }, path.slice(1));
  const [, bucket = "", key = ""] = /^\/?([^/]*)\/?(.*)$/s.exec(path) ?? [];
  return bucket === "" ? { region } : withKey({ region, bucket: decodeURIComponent(bucket) }, key);
}

function withKey(target: Target, encoded: string): Target {
  return encoded === "" ? target : { ...target, key: decodeURIComponent(encoded) };
}
