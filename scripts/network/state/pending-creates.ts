import { z } from "zod";
import { type CloudApi, cloudflare, digitalocean } from "../cloud-api.ts";
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

/** What the state must say of it and no refresh reads. */
async function known(access: StackAccess, { urn, type }: StateResource): Promise<Record<string, string>> {
  if (type !== "digitalocean:index/droplet:Droplet") return {};
  const userData = await userDataInState(access, urn);
  return userData === undefined ? {} : { userData };
}

interface Clouds {
  readonly digitalocean: CloudApi;
  readonly cloudflare: CloudApi;
}

/** Where a kind of resource is listed, and which of those listed is the one. */
interface Lookup {
  readonly cloud: keyof Clouds;
  list(inputs: Inputs): string;
  /** The id that the plugin gives it; undefined where it is another one. */
  match(item: Item, inputs: Inputs): string | undefined;
  /** It can't be taken in, because what it was made for is told only once: it is deleted. Path of the one with this id. */
  discard?(id: string): string;
}

type Inputs = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, unknown>>;

const byName = (id: string) => (item: Item, inputs: Inputs) =>
  item["name"] === inputs["name"] ? String(item[id]) : undefined;

/** One that was left behind in another region has the same name. */
function dropletId(item: Item, inputs: Inputs): string | undefined {
  const { slug } = z.object({ slug: z.string() }).parse(item["region"]);
  return slug === inputs["region"] ? byName("id")(item, inputs) : undefined;
}

/** Kinds that are not here can be made again without harm: attachments, assignments, commands. */
const lookups: Readonly<Record<string, Lookup>> = {
  "digitalocean:index/droplet:Droplet": listed(({ name }) => `droplets?per_page=200&name=${part(name)}`, dropletId),
  "digitalocean:index/volume:Volume": listed(({ name }) => `volumes?per_page=200&name=${part(name)}`, byName("id")),
  "digitalocean:index/firewall:Firewall": listed(() => "firewalls?per_page=200", byName("id")),
  "digitalocean:index/vpc:Vpc": listed(() => "vpcs?per_page=200", byName("id")),
  "digitalocean:index/tag:Tag": listed(() => "tags?per_page=200", byName("name")),
  "digitalocean:index/sshKey:SshKey": listed(() => "account/keys?per_page=200", byName("id")),
  "digitalocean:index/spacesKey:SpacesKey": {
    ...listed(() => "spaces/keys?per_page=200", byName("access_key")),
    discard: (id) => `spaces/keys/${id}`,
  },
  "cloudflare:index/apiToken:ApiToken": {
    cloud: "cloudflare",
    list: () => "user/tokens?per_page=50",
    match: byName("id"),
    discard: (id) => `user/tokens/${id}`,
  },
  "cloudflare:index/dnsRecord:DnsRecord": {
    cloud: "cloudflare",
    list: ({ zoneId, name, type }) => `zones/${part(zoneId)}/dns_records?name=${part(name)}&type=${part(type)}`,
    match: (item, inputs) => (saysTheSame(item, inputs) ? String(item["id"]) : undefined),
  },
};

function listed(list: Lookup["list"], match: Lookup["match"]): Lookup {
  return { cloud: "digitalocean", list, match };
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
  const ids = listIn(await cloud.get(lookup.list(inputs)))
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

/** Both clouds put the list under one key, beside others that are no lists. */
function listIn(body: unknown): readonly Item[] {
  const list = Object.values(z.record(z.string(), z.unknown()).parse(body ?? {})).find((value) => Array.isArray(value));
  return z.array(z.record(z.string(), z.unknown())).parse(list ?? []);
}

/** A record has either content or data; Cloudflare adds fields of its own to data. */
function saysTheSame(item: Item, inputs: Inputs): boolean {
  if (inputs["content"] !== undefined) return item["content"] === inputs["content"];
  const wanted = z.record(z.string(), z.unknown()).safeParse(inputs["data"]).data ?? {};
  const there = z.record(z.string(), z.unknown()).safeParse(item["data"]).data ?? {};
  return Object.entries(wanted).every(([key, value]) => String(there[key]) === String(value));
}

function part(value: unknown): string {
  return encodeURIComponent(String(value));
}
