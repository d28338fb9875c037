import { z } from "zod";
import type { CloudApi } from "./cloud-api.ts";
import { lookUp } from "./look-up.ts";

/** What DigitalOcean offers, and what an account of it has. A list that could not be read is undefined. */
export interface Account {
  readonly limits: Limits | undefined;
  readonly regions: readonly OfferedRegion[] | undefined;
  readonly sizes: readonly OfferedSize[] | undefined;
  readonly droplets: readonly LiveDroplet[] | undefined;
  readonly volumes: readonly LiveVolume[] | undefined;
  readonly reservedIps: readonly unknown[] | undefined;
  readonly vpcs: readonly LiveVpc[] | undefined;
  readonly firewalls: readonly Named[] | undefined;
  readonly sshKeys: readonly LiveKey[] | undefined;
}

const limits = z.object({
  droplet_limit: z.int(),
  /** DigitalOcean answers it, its document leaves it out. */
  volume_limit: z.int().optional(),
  floating_ip_limit: z.int().optional(),
  reserved_ip_limit: z.int().optional(),
  status: z.string(),
  status_message: z.string().default(""),
});
/** Limits and state of an account, with the API's own field names. */
export type Limits = z.infer<typeof limits>;

const region = z.object({
  slug: z.string(),
  available: z.boolean(),
  features: z.array(z.string()),
});
/** Region in DigitalOcean's list. */
export type OfferedRegion = z.infer<typeof region>;

const size = z.object({
  slug: z.string(),
  available: z.boolean(),
  regions: z.array(z.string()),
  /** GiB. */
  disk: z.int(),
});
/** Droplet size in DigitalOcean's list. */
export type OfferedSize = z.infer<typeof size>;

const droplet = z.object({
  id: z.int().transform(String),
  name: z.string(),
  status: z.string(),
  locked: z.boolean(),
  /** GiB; less than that of the size after a resize that kept the disk. */
  disk: z.int(),
  size_slug: z.string(),
  region: z.object({ slug: z.string() }),
});
/** Droplet as it is now. */
export type LiveDroplet = z.infer<typeof droplet>;

const volume = z.object({
  id: z.string(),
  name: z.string(),
  size_gigabytes: z.number(),
  region: z.object({ slug: z.string() }),
});
/** Volume as it is now. */
export type LiveVolume = z.infer<typeof volume>;

const vpc = z.object({ id: z.string(), name: z.string(), region: z.string(), default: z.boolean() });
/** VPC as it is now. */
export type LiveVpc = z.infer<typeof vpc>;

const named = z.object({ id: z.string(), name: z.string() });
/** Resource that is known by a name which the account has once. */
export type Named = z.infer<typeof named>;

const key = z.object({ id: z.int().transform(String), name: z.string(), public_key: z.string() });
/** Public SSH key of the account. */
export type LiveKey = z.infer<typeof key>;

/** Reads the whole of an account, all pages. Rejects with a `RunError` where the API cannot be asked at all. */
export async function readAccount(api: CloudApi): Promise<Account> {
  const list = <Item>(path: string, form: z.ZodType<Item>, listKey = path) =>
    lookUp(`DigitalOcean's list ${path}`, async () =>
      z.array(form).parse(await api.list(`${path}?per_page=200`, listKey)),
    );
  const [account, regions, sizes, droplets, volumes, reservedIps, vpcs, firewalls, sshKeys] = await Promise.all([
    lookUp("DigitalOcean's limits of the account", async () =>
      z.object({ account: limits }).parse(await api.get("account")),
    ),
    list("regions", region),
    list("sizes", size),
    list("droplets", droplet),
    list("volumes", volume),
    list("reserved_ips", z.unknown()),
    list("vpcs", vpc),
    list("firewalls", named),
    list("account/keys", key, "ssh_keys"),
  ]);
  return { limits: account?.account, regions, sizes, droplets, volumes, reservedIps, vpcs, firewalls, sshKeys };
}

const image = z.object({
  regions: z.array(z.string()),
  /** GiB. */
  min_disk_size: z.int().nullish(),
  status: z.string().default("available"),
  /** As in `Debian`; `Unknown` and other such words of images that somebody uploaded. */
  distribution: z.string().default(""),
  /** Of DigitalOcean's own, the version: `13 x64`. */
  name: z.string().default(""),
  /** Whether it is DigitalOcean's own. */
  public: z.boolean().default(false),
});
/** Image that droplets can be made from, DigitalOcean's own or a snapshot. */
export type OfferedImage = z.infer<typeof image>;

/** Finds an image by slug or id: null where there is none, undefined where that could not be found out. */
export function findImage(api: CloudApi, slugOrId: string): Promise<OfferedImage | null | undefined> {
  return lookUp(`DigitalOcean's image ${slugOrId}`, async () => {
    const answer = await api.get(`images/${encodeURIComponent(slugOrId)}`);
    return answer === undefined ? null : z.object({ image }).parse(answer).image;
  });
}

/** Whether a resource is there and stays where it is. */
export function stays<Resource extends { readonly region: { readonly slug: string } }>(
  resource: Resource | undefined,
  region: string,
): resource is Resource {
  return resource?.region.slug === region;
}
