/** Whether DigitalOcean keeps Spaces buckets in that region. */
export function isSpacesRegion(region: string): boolean {
  return spacesRegions.includes(region);
}

/** The regions with Spaces (docs.digitalocean.com/products/spaces/details/availability, 2026), sorted. */
export const spacesRegions: readonly string[] = [
  "ams3",
  "atl1",
  "blr1",
  "fra1",
  "lon1",
  "nyc3",
  "sfo2",
  "sfo3",
  "sgp1",
  "syd1",
  "tor1",
];

/**
 * Where the backups of a droplet go unless the operator says otherwise: another city, so that one outage does not take both,
 * in the same jurisdiction where there is one. Undefined for a region that is not known here.
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
