import { z } from "zod";
import { settingsSchema } from "../../components/settings/schema.ts";
import type { CloudApi } from "../../components/vendors/cloud-api.ts";
import type { StackAccess } from "../network/stack-access.ts";

/** Order of the droplet that an image is made of, and the regions that get the image. */
export interface DropletOrder {
  /** Slug of the droplet's size. */
  readonly size: string;
  /** Slug of the droplet's region: the stack's own. */
  readonly region: string;
  /** Slugs of all regions that the image goes to, `region` first. */
  readonly regions: readonly string[];
}

const sizeForm = z.object({
  slug: z.string(),
  memory: z.number(),
  disk: z.number(),
  price_monthly: z.number(),
  regions: z.array(z.string()),
  available: z.boolean(),
});
type Size = z.infer<typeof sizeForm>;

const regionForm = z.object({ slug: z.string(), available: z.boolean() });

/**
 * Chooses the cheapest size in the stack's region that can install the packages and whose disk is no larger than the network's
 * own: an image does not fit on a smaller disk. Throws, before anything is made, where a region or such a size is missing.
 */
export async function chooseOrder(
  api: CloudApi,
  access: Pick<StackAccess, "setting" | "required">,
  copyTo: readonly string[],
): Promise<DropletOrder> {
  const region = await access.required("imera:region");
  const regions = [...new Set([region, ...copyTo])];
  checkRegions(regions, z.array(regionForm).parse(await api.list("regions?per_page=200", "regions")));
  const sizes = z.array(sizeForm).parse(await api.list("sizes?per_page=200", "sizes"));
  const ownSlug = settingsSchema.shape.size.parse(await access.setting("imera:size"));
  const own = sizes.find(({ slug }) => slug === ownSlug);
  if (own === undefined) throw new Error(`DigitalOcean has no droplet size ${ownSlug}: imera:size. Nothing was made.`);
  return { size: cheapest(sizes, region, own).slug, region, regions };
}

function cheapest(sizes: readonly Size[], region: string, own: Size): Size {
  const [size] = sizes
    .filter((size) => size.available && size.regions.includes(region))
    .filter(({ memory, disk }) => memory >= leastMemoryMiB && disk <= own.disk)
    .toSorted((a, b) => a.price_monthly - b.price_monthly);
  if (size !== undefined) return size;
  throw new Error(
    `No droplet size in ${region} has ${leastMemoryMiB} MiB of memory and no larger disk than ${own.slug} (${own.disk} GiB). ` +
      "Nothing was made.",
  );
}

/** apt, and PostgreSQL's and ejabberd's packages as they are set up. */
const leastMemoryMiB = 1024;

function checkRegions(wanted: readonly string[], all: readonly z.infer<typeof regionForm>[]): void {
  const there = all.filter(({ available }) => available).map(({ slug }) => slug);
  const missing = wanted.filter((slug) => !there.includes(slug));
  if (missing.length === 0) return;
  throw new Error(
    `DigitalOcean has no region ${missing.join(", ")} that makes droplets now. Nothing was made. There are: ${there.join(", ")}.`,
  );
}
