import { z } from "zod";
import { notYet, notYetOn, waitUntil } from "../../host/wait-until.ts";
import { type CloudApi, isTransient } from "../../components/vendors/cloud-api.ts";

/** Marks that tell a stack's resources from others of the same account. */
export interface Belongings {
  /**
   * Name that the program gives, `imera-<stack>`: droplets bear it as a tag, a VPC as its description, names of firewalls, keys
   * and the tag begin with it.
   */
  readonly label: string;
  /** Names of volumes, which the engine draws. */
  readonly volumeNames: ReadonlySet<string>;
}

/**
 * Removes what an account still has of a stack whose state may not know all of it: an engine that was killed forgets what it
 * was about to make. Resolves to what was found, one name each.
 */
export async function sweep(api: CloudApi, belongings: Belongings): Promise<string[]> {
  const found: string[] = [];
  // Droplets before all that they hold on to.
  for (const kind of kinds) {
    const ours = (await list(api, kind)).filter((resource) => belongsTo(belongings, kind, resource));
    for (const resource of ours) await api.remove(`${kind.path}/${resource.id ?? resource.name}`);
    await waitUntil({
      what: `the ${kind.key} of ${belongings.label} to be gone`,
      probe: notYetOn(isTransient, async () => {
        const left = (await list(api, kind)).filter((resource) => belongsTo(belongings, kind, resource));
        return left.length === 0 ? { value: true } : notYet(left.map(({ name }) => name).join(", "));
      }),
      intervalMs: 250,
      timeoutMs: 120_000,
    });
    found.push(...ours.map(({ name }) => `${kind.key} ${name}`));
  }
  return found;
}

const kinds = [
  { path: "droplets", key: "droplets" },
  { path: "volumes", key: "volumes" },
  { path: "firewalls", key: "firewalls" },
  { path: "vpcs", key: "vpcs" },
  { path: "account/keys", key: "ssh_keys" },
  { path: "tags", key: "tags" },
] as const;
type Kind = (typeof kinds)[number];

const resourceForm = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  name: z.string(),
  tags: z.array(z.string()).nullish(),
  /** Of a VPC, as is `default`: DigitalOcean deletes no region's default one. */
  description: z.string().optional(),
  default: z.boolean().optional(),
});
type Resource = z.infer<typeof resourceForm>;

function belongsTo({ label, volumeNames }: Belongings, { key }: Kind, resource: Resource): boolean {
  const { name, tags } = resource;
  if (key === "droplets") return tags?.includes(label) === true;
  if (key === "volumes") return volumeNames.has(name);
  if (key === "vpcs") return resource.description === label && resource.default !== true;
  return name === label || name.startsWith(`${label}-`);
}

async function list(api: CloudApi, { path, key }: Kind): Promise<Resource[]> {
  return z.array(resourceForm).parse(await api.list(`${path}?per_page=200`, key));
}
