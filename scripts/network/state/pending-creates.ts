import { z } from "zod";
import type { CloudApi, ListedResource } from "../../../components/vendors/cloud-api.ts";
import { cloudflare, digitalocean } from "../cloud-api.ts";
import { resourceTypes } from "../../../toolchain/engine/resource-types.ts";
import {
  type Deployment,
  nameOf,
  pendingCreates,
  resources,
  type StateResource,
  withAdopted,
  writeDeployment,
} from "../../../toolchain/engine/state.ts";
import { userDataInState } from "./droplet-user-data.ts";
import type { StackAccess } from "../stack-access.ts";

/**
 * Clears up what a killed engine left undecided. What it had begun to make is looked for in the clouds: what exists is taken
 * into the state, so that nothing is made twice; what does not is forgotten and will be made anew. Resolves to the state as it
 * is then. The next step must be a refresh: it reads what was taken in.
 */
export async function settlePendingCreates(
  access: StackAccess,
  state: Deployment,
  report: (line: string) => void,
): Promise<Deployment> {
  if ((state.deployment.pending_operations ?? []).length === 0) return state;
  const clouds = { digitalocean: await digitalocean(access), cloudflare: await cloudflare(access) };
  let settled = state;
  for (const pending of pendingCreates(state)) {
    const id = await find(pending, clouds, idsInState(settled, pending.type));
    if (id !== undefined) settled = withAdopted(settled, pending, { id, ...(await known(access, pending)) });
    report(`${nameOf(pending.urn)}: ${id === undefined ? "was not made, or can be made again" : `exists, as ${id}`}`);
  }
  await writeDeployment(access, settled);
  return settled;
}

/** Outputs of a resource that was taken in which no refresh reads. */
async function known(access: StackAccess, { urn, type }: StateResource): Promise<Record<string, string>> {
  if (type !== resourceTypes.droplet) return {};
  const userData = await userDataInState(access, urn);
  return userData === undefined ? {} : { userData };
}

interface Clouds {
  readonly digitalocean: CloudApi;
  readonly cloudflare: CloudApi;
}

/** Finds the resources of one type in a cloud. */
interface Lookup {
  readonly cloud: keyof Clouds;
  /** Path of the list, which may be narrowed by the resource's inputs. */
  path(inputs: Inputs): string;
  /** Key of the list in the API's answer. */
  readonly key: string;
  /** The id that the plugin gives to the listed resource; undefined where it is not the one with these inputs. */
  match(item: ListedResource, inputs: Inputs): string | undefined;
  /** Path of a resource that is deleted, and not taken in, because its secret is told only at its creation. */
  discard?(id: string): string;
}

type Inputs = Readonly<Record<string, unknown>>;

const byName = (id: string) => (item: ListedResource, inputs: Inputs) =>
  item["name"] === inputs["name"] ? String(item[id]) : undefined;

/** A droplet that was left behind in another region has the same name. */
function dropletId(item: ListedResource, inputs: Inputs): string | undefined {
  const { slug } = z.object({ slug: z.string() }).parse(item["region"]);
  return slug === inputs["region"] ? byName("id")(item, inputs) : undefined;
}

/** Types that are not here can be made again without harm: attachments, assignments, commands, alerts of a check. */
const lookups: Readonly<Record<string, Lookup>> = {
  [resourceTypes.droplet]: {
    ...listed("droplets", "droplets", dropletId),
    path: ({ name }) => `droplets?per_page=200&name=${part(name)}`,
  },
  [resourceTypes.volume]: {
    ...listed("volumes", "volumes", byName("id")),
    path: ({ name }) => `volumes?per_page=200&name=${part(name)}`,
  },
  [resourceTypes.firewall]: listed("firewalls", "firewalls", byName("id")),
  [resourceTypes.vpc]: listed("vpcs", "vpcs", byName("id")),
  [resourceTypes.tag]: listed("tags", "tags", byName("name")),
  [resourceTypes.sshKey]: listed("account/keys", "ssh_keys", byName("id")),
  [resourceTypes.uptimeCheck]: listed("uptime/checks", "checks", byName("id")),
  [resourceTypes.monitorAlert]: listed("monitoring/alerts", "policies", (item, inputs) =>
    item["description"] === inputs["description"] ? String(item["uuid"]) : undefined,
  ),
  [resourceTypes.spacesKey]: {
    ...listed("spaces/keys", "keys", byName("access_key")),
    discard: (id) => `spaces/keys/${id}`,
  },
  [resourceTypes.apiToken]: {
    cloud: "cloudflare",
    path: () => "user/tokens?per_page=50",
    key: "result",
    match: byName("id"),
    discard: (id) => `user/tokens/${id}`,
  },
  [resourceTypes.dnsRecord]: {
    cloud: "cloudflare",
    path: ({ zoneId, name, type }) => `zones/${part(zoneId)}/dns_records?name=${part(name)}&type=${part(type)}`,
    key: "result",
    match: (item, inputs) => (hasData(item, inputs) ? String(item["id"]) : undefined),
  },
};

function listed(path: string, key: string, match: Lookup["match"]): Lookup {
  return { cloud: "digitalocean", path: () => `${path}?per_page=200`, key, match };
}

/** Id of the resource where it exists and the state does not know it. Throws where several may be it. */
async function find(
  { urn, type, inputs = {} }: StateResource,
  clouds: Clouds,
  known: ReadonlySet<string>,
): Promise<string | undefined> {
  const lookup = lookups[type];
  if (lookup === undefined) return undefined;
  const cloud = clouds[lookup.cloud];
  const ids = (await cloud.list(lookup.path(inputs), lookup.key))
    .map((item) => lookup.match(item, inputs))
    .filter((id): id is string => id !== undefined && !known.has(id));
  if (lookup.discard !== undefined) {
    for (const id of ids) await cloud.remove(lookup.discard(id));
    return undefined;
  }
  if (ids.length <= 1) return ids[0];
  throw new Error(
    `${nameOf(urn)} was being made when an earlier run was killed, and there are several of that name: ${ids.join(", ")}. ` +
      "Delete those that are too many, then run this again.",
  );
}

function idsInState(state: Deployment, type: string): ReadonlySet<string> {
  return new Set(
    resources(state)
      .filter((each) => each.type === type)
      .map(({ id }) => id ?? ""),
  );
}

/** Compares a DNS record, which has either content or data; Cloudflare adds fields of its own to data. */
function hasData(item: ListedResource, inputs: Inputs): boolean {
  if (inputs["content"] !== undefined) return item["content"] === inputs["content"];
  const wanted = z.record(z.string(), z.unknown()).safeParse(inputs["data"]).data ?? {};
  const there = z.record(z.string(), z.unknown()).safeParse(item["data"]).data ?? {};
  return Object.entries(wanted).every(([key, value]) => String(there[key]) === String(value));
}

function part(value: unknown): string {
  return encodeURIComponent(String(value));
}
