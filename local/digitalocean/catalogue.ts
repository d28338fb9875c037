// DigitalOcean's offer, in the part that the local cloud has: true slugs, limits and prices (August 2026).

import { regions as allRegions, type Region } from "../../components/vendors/digitalocean.ts";

/** Regions in which the local cloud makes droplets. */
export const regions: readonly Region[] = allRegions.filter(({ slug }) => slug !== "atl1" && slug !== "sfo2");

/** A size of droplets. Prices are in US dollars without tax. */
export interface Size {
  readonly slug: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly diskGiB: number;
  readonly transferTiB: number;
  readonly priceMonthlyUsd: number;
  readonly priceHourlyUsd: number;
  /** Slugs of the regions that have it. */
  readonly regions: readonly string[];
  /** Name of its family. */
  readonly description: string;
}

const everywhere = regions.map(({ slug }) => slug);
const premium = ["ams3", "blr1", "fra1", "lon1", "nyc1", "nyc3", "sfo3", "sgp1", "syd1"];
const dedicated = ["ams3", "fra1", "nyc1", "sfo3"];

/** Sizes that the local cloud makes droplets of: more than one page of them, and not all in each region. */
export const sizes: readonly Size[] = [
  size("s-1vcpu-512mb-10gb", 512, 1, 10, 0.5, 4, 0.00595),
  size("s-1vcpu-1gb", 1024, 1, 25, 1, 6, 0.00893),
  size("s-1vcpu-2gb", 2048, 1, 50, 2, 12, 0.01786),
  size("s-2vcpu-2gb", 2048, 2, 60, 3, 18, 0.02679),
  size("s-2vcpu-4gb", 4096, 2, 80, 4, 24, 0.03571),
  size("s-4vcpu-8gb", 8192, 4, 160, 5, 48, 0.07143),
  size("s-8vcpu-16gb", 16384, 8, 320, 6, 96, 0.14286),
  size("s-1vcpu-1gb-amd", 1024, 1, 25, 1, 7, 0.01042, "Premium AMD", premium),
  size("s-1vcpu-1gb-intel", 1024, 1, 25, 1, 7, 0.01042, "Premium Intel", premium),
  size("s-1vcpu-2gb-amd", 2048, 1, 50, 2, 14, 0.02083, "Premium AMD", premium),
  size("s-1vcpu-2gb-intel", 2048, 1, 50, 2, 14, 0.02083, "Premium Intel", premium),
  size("s-2vcpu-2gb-amd", 2048, 2, 60, 3, 21, 0.03125, "Premium AMD", premium),
  size("s-2vcpu-2gb-intel", 2048, 2, 60, 3, 21, 0.03125, "Premium Intel", premium),
  size("s-2vcpu-4gb-amd", 4096, 2, 80, 4, 28, 0.04167, "Premium AMD", premium),
  size("s-2vcpu-4gb-intel", 4096, 2, 80, 4, 28, 0.04167, "Premium Intel", premium),
  size("s-4vcpu-8gb-amd", 8192, 4, 160, 5, 56, 0.08333, "Premium AMD", premium),
  size("s-4vcpu-8gb-intel", 8192, 4, 160, 5, 56, 0.08333, "Premium Intel", premium),
  size("c-2", 4096, 2, 25, 4, 42, 0.0625, "CPU-Optimized", dedicated),
  size("c-4", 8192, 4, 50, 5, 84, 0.125, "CPU-Optimized", dedicated),
  size("g-2vcpu-8gb", 8192, 2, 25, 4, 63, 0.09375, "General Purpose", dedicated),
  size("m-2vcpu-16gb", 16384, 2, 50, 4, 84, 0.125, "Memory-Optimized", dedicated),
];

/** A public image of droplets. */
export interface Image {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly distribution: "Debian";
  readonly description: string;
  readonly createdAt: string;
  readonly minDiskGiB: number;
  readonly sizeGigabytes: number;
}

/** Images that the local cloud makes droplets from. */
export const images: readonly Image[] = [
  {
    id: 195_932_981,
    slug: "debian-13-x64",
    name: "13 x64",
    distribution: "Debian",
    description: "Debian 13 x64",
    createdAt: "2025-08-15T17:52:25Z",
    minDiskGiB: 7,
    sizeGigabytes: 0.8,
  },
];

/** Finds a region by its slug; undefined when the local cloud has none of it. */
export const findRegion = (slug: string) => regions.find((region) => region.slug === slug);
/** Finds a size by its slug; undefined when the local cloud has none of it. */
export const findSize = (slug: string) => sizes.find((entry) => entry.slug === slug);
/** Finds an image by its slug or id; undefined when the local cloud has none of it. */
export const findImage = (slugOrId: string | number) =>
  images.find(({ id, slug }) => slug === slugOrId || id === Number(slugOrId));

function size(
  slug: string,
  memoryMiB: number,
  vcpus: number,
  diskGiB: number,
  transferTiB: number,
  priceMonthlyUsd: number,
  priceHourlyUsd: number,
  description = "Basic",
  inRegions = everywhere,
): Size {
  const machine = { slug, memoryMiB, vcpus, diskGiB, transferTiB };
  return { ...machine, priceMonthlyUsd, priceHourlyUsd, description, regions: inRegions };
}
