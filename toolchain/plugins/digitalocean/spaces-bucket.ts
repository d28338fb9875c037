import { randomUUID } from "node:crypto";
import { notYet } from "../../../host/wait-until.ts";
import { flag, list, number, object, text } from "../protocol/index.ts";
import { lowerCase } from "./answers.ts";
import { type DigitalOcean, answered, isStatus } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { atLeast, day, lengthBetween, oneOf } from "./input-rules.ts";
import { deleteBucket } from "./spaces-deletion.ts";
import { type AskBucket, type SpacesRequest, askSpaces } from "./spaces-request.ts";
import {
  type LifecycleRule,
  lifecycleOf,
  lifecycleXml,
  locationOf,
  versioningOf,
  versioningXml,
} from "./spaces-xml.ts";
import { waitFor } from "./wait.ts";

const regions = [
  ...["ams3", "atl1", "blr1", "fra1", "lon1", "mkc1", "nyc3", "ric1", "sfo2", "sfo3", "sgp1", "syd1", "tor1"],
];

/**
 * A bucket of Spaces. The official plugin gives a changed name to the state and not to the bucket; so does this. Rules for
 * CORS have a resource of their own.
 */
export const spacesBucket = defineResource({
  token: "digitalocean:index/spacesBucket:SpacesBucket",
  properties: {
    name: text({ autoname: true }),
    region: text({ default: "nyc3", replaces: true, rule: oneOf(regions, { ignoreCase: true }), inState: lowerCase }),
    acl: text({ default: "private" }),
    forceDestroy: flag(),
    // It is told whether it is given or not, and leaving it out is no change.
    versioning: object({ enabled: flag() }, { computed: true }),
    lifecycleRules: list(
      object({
        id: text({ computed: true, rule: lengthBetween(0, 255) }),
        prefix: text(),
        enabled: flag({ required: true }),
        abortIncompleteMultipartUploadDays: number(),
        expiration: object(
          { date: text({ rule: day }), days: number({ rule: atLeast(0) }), expiredObjectDeleteMarker: flag() },
          { terraformName: "expiration.0" },
        ),
        noncurrentVersionExpiration: object(
          { days: number({ rule: atLeast(1) }) },
          { terraformName: "noncurrent_version_expiration.0" },
        ),
      }),
      { terraformName: "lifecycle_rule" },
    ),
    corsRules: list(text(), { unsupported: true }),
    bucketDomainName: text({ output: true }),
    bucketUrn: text({ output: true }),
    endpoint: text({ output: true }),
  },
  async create({ client, signal, inputs, made }) {
    const { name, region, acl } = inputs;
    const ask = bucketOf(client, signal, { region, bucket: name });
    await ask({ method: "PUT", headers: { "x-amz-acl": acl } });
    made(name, {});
    await waitFor({ client, signal }, `the bucket ${name} to be there`, async () =>
      (await isThere(ask)) ? { value: undefined } : notYet("no such bucket"),
    );
    await configureBucket(ask, inputs, new Set(Object.keys(inputs)));
    return { id: name, outs: answered(await readBucket(ask, inputs), "the bucket") };
  },
  async read({ client, signal, id, state }) {
    const { region } = state;
    if (typeof region !== "string") {
      throw new Error(`The bucket ${id} cannot be imported by the stand-in: a bucket's id does not tell its region.`);
    }
    const ask = bucketOf(client, signal, { region, bucket: id });
    return readBucket(ask, { ...state, name: state.name ?? id, region });
  },
  async update({ client, signal, id, inputs, state, changed }) {
    const ask = bucketOf(client, signal, { region: state.region ?? inputs.region, bucket: id });
    await configureBucket(ask, inputs, changed);
    return answered(await readBucket(ask, inputs), "the bucket");
  },
  async delete({ client, signal, id, state }) {
    const ask = bucketOf(client, signal, { region: state.region ?? "", bucket: id });
    await deleteBucket(ask, { name: id, forceDestroy: state.forceDestroy === true });
  },
});

function bucketOf(
  client: DigitalOcean,
  signal: AbortSignal,
  bucket: Pick<SpacesRequest, "bucket" | "region">,
): AskBucket {
  return (request) => askSpaces(client.spaces, signal, { ...request, ...bucket });
}

interface Settings {
  readonly acl: string;
  readonly versioning?: { readonly enabled?: boolean };
  readonly lifecycleRules?: readonly LifecycleRule[];
}

async function configureBucket(ask: AskBucket, inputs: Settings, changed: ReadonlySet<string>): Promise<void> {
  const { acl, versioning, lifecycleRules = [] } = inputs;
  if (changed.has("acl")) await ask({ method: "PUT", query: { acl: "" }, headers: { "x-amz-acl": acl } });
  if (changed.has("versioning")) {
    await ask({ method: "PUT", query: { versioning: "" }, body: versioningXml(versioning?.enabled === true) });
  }
  if (!changed.has("lifecycleRules")) return;
  const query = { lifecycle: "" };
  if (lifecycleRules.length === 0) await ask({ method: "DELETE", query });
  else await ask({ method: "PUT", query, body: lifecycleXml(lifecycleRules.map(withId)) });
}

function withId(rule: LifecycleRule) {
  return { ...rule, id: rule.id ?? `tf-s3-lifecycle-${randomUUID().replaceAll("-", "")}` };
}

/** Part of the state that Spaces does not tell, or tells in another form than the program wrote it. */
interface Kept {
  readonly name: string;
  readonly region: string;
  readonly acl?: string | null;
  readonly forceDestroy?: boolean | null;
}

/** The bucket's state; undefined when it is gone. */
async function readBucket(ask: AskBucket, kept: Kept) {
  if (!(await isThere(ask))) return undefined;
  const location = locationOf(await ask({ method: "GET", inPath: true, query: { location: "" } }));
  const region = location === "" ? kept.region : location;
  const isVersioned = versioningOf(await ask({ method: "GET", query: { versioning: "" } }));
  const endpoint = `${region}.digitaloceanspaces.com`;
  return {
    name: kept.name,
    region,
    acl: kept.acl ?? "private",
    forceDestroy: kept.forceDestroy ?? false,
    versioning: { enabled: isVersioned },
    lifecycleRules: await lifecycleRules(ask),
    corsRules: [],
    bucketDomainName: `${kept.name}.${endpoint}`,
    bucketUrn: `do:space:${kept.name}`,
    endpoint,
  };
}

async function isThere(ask: AskBucket): Promise<boolean> {
  const head = await unlessGone(() => ask({ method: "HEAD" }));
  return head !== undefined;
}

async function lifecycleRules(ask: AskBucket) {
  const answer = await unlessGone(() => ask({ method: "GET", query: { lifecycle: "" } }));
  return answer === undefined ? [] : lifecycleOf(answer);
}

async function unlessGone(asked: () => Promise<string>): Promise<string | undefined> {
  try {
    return await asked();
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}
