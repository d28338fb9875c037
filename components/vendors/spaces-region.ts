import { lookup } from "node:dns/promises";
import { log } from "@pulumi/pulumi";
import { endpointOf } from "../backup/backup-store.ts";
import type { Settings } from "../settings/settings.ts";
import { isSpacesRegion, spacesRegions } from "./digitalocean.ts";

/** Settings that say where the backups' bucket is. */
type BucketPlace = Pick<Settings, "backupRegion" | "backupEndpoint" | "spacesEndpoint">;

/**
 * Says why the backups' bucket cannot be in a region of DigitalOcean, a line, where the region is not among those that are known
 * to have Spaces. DigitalOcean's API tells of none whether it has; the names of Spaces' endpoints do. Where such a name is
 * found, or nothing is found out, there is a warning. `find` looks a host name up, and rejects as the DNS does.
 */
export async function spacesRegionProblems(
  place: BucketPlace,
  find: (host: string) => Promise<unknown> = lookup,
): Promise<readonly string[]> {
  const { backupRegion: region, backupEndpoint } = place;
  if (region === "" || backupEndpoint !== "" || isSpacesRegion(region)) return [];
  const known = `known to have Spaces: ${spacesRegions.join(", ")}`;
  const host = endpointOf(place, region);
  // Where not even a name that is known to be there is found, the machine has no DNS to ask.
  const [wanted, ...others] = await Promise.all(
    [region, ...spacesRegions.slice(0, 1)].map((slug) => isThere(find, endpointOf(place, slug))),
  );
  if (wanted === false && others.includes(true)) {
    return [`imera:backupRegion: ${region} has no Spaces: there is no ${host}; ${known}`];
  }
  await log.warn(
    wanted === true
      ? `imera:backupRegion: whether ${region} has Spaces is only known when the bucket is made, since DigitalOcean's API tells of ` +
          `no region whether it has; ${known}`
      : `imera:backupRegion: this machine's DNS does not say whether there is ${host}; ${known}`,
  );
  return [];
}

/** Tells whether a host has addresses; undefined where the DNS does not say. */
async function isThere(find: (host: string) => Promise<unknown>, host: string): Promise<boolean | undefined> {
  try {
    await find(host);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOTFOUND" ? false : undefined;
  }
}
