/** Region of DigitalOcean. */
export interface Region {
  /** Three letters for the city and a number, such as `fra1`. */
  readonly slug: string;
  readonly name: string;
  /** Buckets (Spaces) can be made there. */
  readonly hasSpaces: boolean;
}

/** DigitalOcean's regions (docs.digitalocean.com/platform/regional-availability, August 2026). */
export const regions: readonly Region[] = [
  { slug: "nyc1", name: "New York 1", hasSpaces: false },
  { slug: "nyc3", name: "New York 3", hasSpaces: true },
  { slug: "ams3", name: "Amsterdam 3", hasSpaces: true },
  { slug: "sfo2", name: "San Francisco 2", hasSpaces: true },
  { slug: "sfo3", name: "San Francisco 3", hasSpaces: true },
  { slug: "sgp1", name: "Singapore 1", hasSpaces: true },
  { slug: "lon1", name: "London 1", hasSpaces: true },
  { slug: "fra1", name: "Frankfurt 1", hasSpaces: true },
  { slug: "tor1", name: "Toronto 1", hasSpaces: true },
  { slug: "blr1", name: "Bangalore 1", hasSpaces: true },
  { slug: "syd1", name: "Sydney 1", hasSpaces: true },
  { slug: "atl1", name: "Atlanta 1", hasSpaces: true },
];

/** Slugs of the regions with Spaces, sorted. */
export const spacesRegions: readonly string[] = regions
  .filter(({ hasSpaces }) => hasSpaces)
  .map(({ slug }) => slug)
  .sort();

/** Tells whether the region is known and has Spaces. */
export function isSpacesRegion(slug: string): boolean {
  return spacesRegions.includes(slug);
}

/**
 * Chooses the region for the backups of droplets in another: in another city, so that one outage does not take both, and in one
 * jurisdiction with it where there is such a city. Undefined for a region of a city that is not known here.
 */
export function backupRegionFor(dropletRegion: string): string | undefined {
  return neighbours[dropletRegion.slice(0, 3)];
}

/** By city: DigitalOcean's regions in one city are `nyc1`, `nyc2` and so on. */
const neighbours: Readonly<Record<string, string>> = {
  ams: "fra1",
  atl: "nyc3",
  blr: "sgp1",
  fra: "ams3",
  lon: "ams3",
  nyc: "atl1",
  ric: "nyc3",
  sfo: "nyc3",
  sgp: "blr1",
  syd: "sgp1",
  tor: "nyc3",
};
