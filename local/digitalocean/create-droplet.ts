import { Buffer } from "node:buffer";
import type { Context } from "hono";
import { z } from "zod";
import { ipv6For, takeDropletIpv4, takeVpcIpv4 } from "./addresses.ts";
import { backupPolicyBody, readBackupPolicy } from "./backup-policy.ts";
import { list, readBody } from "./body.ts";
import { findRegion, findSize, type Size } from "./catalogue.ts";
import type { Cloud } from "./cloud.ts";
import type { Droplet, Volume, Vpc } from "./entities.ts";
import { unprocessable, unsupported, type Env } from "./errors.ts";
import { dropletLimit, userDataMaxBytes, volumesPerDroplet } from "./limits.ts";
import { defaultVpc, ensureTags, joinProject } from "./membership.ts";
import { findKey } from "./routes/keys.ts";
import { type BootImage, findBootImage } from "./snapshots.ts";
import { nextId } from "./state.ts";
import { dropletView } from "./views.ts";

/** The body of `POST /v2/droplets`, in all the forms that DigitalOcean's clients send. */
const createBody = z.strictObject({
  name: z.string().optional(),
  names: z.array(z.string()).min(1).max(10).optional(),
  region: z.string().optional(),
  size: z.string(),
  image: z.union([z.string(), z.int()]),
  ssh_keys: list(z.union([z.string(), z.int()])),
  backups: z.boolean().default(false),
  backup_policy: backupPolicyBody.nullish(),
  ipv6: z.boolean().default(false),
  monitoring: z.boolean().default(false),
  private_networking: z.boolean().optional(),
  public_networking: z.boolean().default(true),
  tags: list(z.string()),
  user_data: z.string().nullish(),
  volumes: list(z.union([z.string(), z.strictObject({ id: z.string() }), z.strictObject({ name: z.string() })])),
  vpc_uuid: z.string().optional(),
  with_droplet_agent: z.boolean().default(true),
});
type CreateBody = z.infer<typeof createBody>;

/** Checks the request, records the droplets and starts their creation. Gives the answer's body; throws 422. */
export async function createDroplets(c: Context<Env>, cloud: Cloud) {
  const body = await readBody(c, createBody);
  const names = body.names ?? (body.name === undefined ? [] : [body.name]);
  if (names.length === 0) throw unprocessable("name: A droplet's name must be given.");
  const order = checkOrder(cloud, body, names);
  const created = names.map((name) => createDroplet(cloud, body, order, name));
  const links = {
    actions: created.map(({ actionId }) => ({
      id: actionId,
      rel: "create",
      href: new URL(`/v2/actions/${actionId}`, c.req.url).href,
    })),
  };
  const views = created.map(({ droplet }) => dropletView(cloud, droplet));
  return body.names === undefined ? { droplet: views[0], links } : { droplets: views, links };
}

/** Order for droplets: the things that a body names by slug or id, looked up. */
interface Order {
  readonly region: string;
  readonly size: Size;
  readonly image: BootImage;
  readonly sshPublicKeys: string[];
  readonly volumes: Volume[];
  readonly vpc: Vpc;
}

function checkOrder(cloud: Cloud, body: CreateBody, names: readonly string[]): Order {
  const { state } = cloud;
  for (const name of names) assertHostName(name);
  if (!body.public_networking) throw unsupported("droplets without public networking");
  if (state.droplets.all().length + names.length > dropletLimit) {
    throw unprocessable("creating this/these droplet(s) will exceed your droplet limit");
  }
  if (Buffer.byteLength(body.user_data ?? "") > userDataMaxBytes) {
    throw unprocessable("User data is too long (maximum is 64 KiB).");
  }
  const [size, image] = [findSize(body.size), findBootImage(state, body.image)];
  if (size === undefined) throw unprocessable("You specified an invalid size for Droplet creation.");
  if (image === undefined) throw unprocessable("You specified an invalid image for Droplet creation.");
  if (size.diskGiB < image.minDiskGiB) {
    throw unprocessable(
      `The image needs a disk of ${image.minDiskGiB} GB; the size ${size.slug} has ${size.diskGiB} GB.`,
    );
  }
  const namedVpc = body.vpc_uuid === undefined || body.vpc_uuid === "" ? undefined : requireVpc(cloud, body.vpc_uuid);
  const region = findRegion(body.region ?? namedVpc?.region ?? "nyc3")?.slug;
  if (region === undefined) throw unprocessable("You specified an invalid region for Droplet creation.");
  if (!image.regions.includes(region)) {
    throw unprocessable("The image you specified is not available in the selected region.");
  }
  if (!size.regions.includes(region)) throw unprocessable("Size is not available in this region.");
  if (namedVpc !== undefined && namedVpc.region !== region) {
    throw unprocessable(`VPC ${namedVpc.id} is in ${namedVpc.region}, not in the droplet's region ${region}.`);
  }
  const sshPublicKeys = findKeys(cloud, body.ssh_keys);
  const volumes = body.volumes.map((reference) => findVolume(cloud, reference, region));
  if (volumes.length > volumesPerDroplet || (volumes.length > 0 && names.length > 1)) {
    throw unprocessable("Invalid volume allocations");
  }
  ensureTags(state, body.tags);
  return { region, size, image, sshPublicKeys, volumes, vpc: namedVpc ?? defaultVpc(cloud, region) };
}

function createDroplet(
  cloud: Cloud,
  body: CreateBody,
  order: Order,
  name: string,
): { droplet: Droplet; actionId: number } {
  const { state, plan, actions } = cloud;
  const publicIpv4 = takeDropletIpv4(state, plan);
  const vpcIpv4 = takeVpcIpv4(state, order.vpc);
  const id = nextId(state);
  const droplet = state.droplets.put(String(id), {
    id,
    name,
    region: order.region,
    size: order.size.slug,
    image: order.image.reference,
    createdAt: cloud.now(),
    status: "new",
    diskGiB: order.size.diskGiB,
    monitoring: body.monitoring,
    agent: body.with_droplet_agent,
    backupPolicy: body.backups ? readBackupPolicy(body.backup_policy) : null,
    tags: [...new Set(body.tags)],
    sshPublicKeys: order.sshPublicKeys,
    userData: body.user_data ?? null,
    publicIpv4,
    publicIpv6: body.ipv6 ? ipv6For(publicIpv4, plan) : null,
    vpcId: order.vpc.id,
    vpcIpv4,
  });
  for (const volume of order.volumes) state.volumes.put(volume.id, { ...volume, dropletId: id });
  joinProject(cloud, `do:droplet:${id}`);
  const { id: actionId } = actions.start({
    type: "create",
    resourceType: "droplet",
    resourceId: id,
    region: order.region,
    work: { kind: "createDroplet", dropletId: id },
  });
  return { droplet, actionId };
}

/** Refuses with 422 a name that cannot be a droplet's. */
export function assertHostName(name: string): void {
  if (!/^[a-zA-Z0-9]?[a-zA-Z0-9.-]*[a-zA-Z0-9]$/.test(name) || name.length > 255) {
    throw unprocessable("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
  }
}

function requireVpc({ state }: Cloud, id: string): Vpc {
  const vpc = state.vpcs.get(id);
  if (vpc === undefined) throw unprocessable(`VPC ${id} does not exist.`);
  return vpc;
}

function findKeys({ state }: Cloud, references: readonly (string | number)[]): string[] {
  const unknown = references.filter((reference) => findKey(state, reference) === undefined);
  if (unknown.length > 0) {
    throw unprocessable(`${unknown.join(", ")} are invalid key identifiers for Droplet creation.`);
  }
  return references.flatMap((reference) => findKey(state, reference)?.publicKey ?? []);
}

function findVolume({ state, actions }: Cloud, reference: CreateBody["volumes"][number], region: string): Volume {
  const wanted = typeof reference === "string" ? { id: reference } : reference;
  const volume = state.volumes
    .all()
    .find((candidate) =>
      "id" in wanted ? candidate.id === wanted.id : candidate.name === wanted.name && candidate.region === region,
    );
  if (volume === undefined || volume.region !== region || volume.dropletId !== null) {
    throw unprocessable("Invalid volume allocations");
  }
  actions.assertFree({ volumeId: volume.id });
  return volume;
}
