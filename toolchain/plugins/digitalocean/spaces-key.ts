import type { Grant, Key } from "@digitalocean/dots/src/dots/models/index.js";
import { z } from "zod";
import { list, object, text } from "../protocol/index.ts";
import { apiTime } from "./answers.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";

/** A key for Spaces and what it may do. The API tells its secret half once, at the creation. */
export const spacesKey = defineResource({
  token: "digitalocean:index/spacesKey:SpacesKey",
  properties: {
    name: text({ autoname: true }),
    grants: list(object({ bucket: text({ required: true }), permission: text({ required: true }) }), {
      terraformName: "grant",
    }),
    accessKey: text({ output: true }),
    secretKey: text({ output: true }),
    createdAt: text({ output: true }),
  },
  async create({ client, signal, inputs }) {
    const made = await client.call(signal, (api) => api.spaces.keys.post(bodyOf(inputs)));
    const key = answered(made?.key, "the key");
    const outs = outsOf(key, answered(made?.key?.secretKey, "the key's secret half"));
    return { id: answered(key.accessKey, "the key's id"), outs };
  },
  async read({ client, signal, id, state }) {
    const key = await getKey(client, signal, id);
    return key === undefined ? undefined : outsOf(key, state.secretKey);
  },
  async update({ client, signal, id, inputs, state }) {
    const changed = await client.call(signal, (api) => api.spaces.keys.byAccess_key(id).put(bodyOf(inputs)));
    return outsOf(answered(changed?.key, "the key"), state.secretKey);
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.spaces.keys.byAccess_key(id).delete());
  },
});

type GivenGrant = Readonly<{ bucket: string; permission: string }>;

function bodyOf({ name, grants = [] }: { readonly name: string; readonly grants?: readonly GivenGrant[] }): Key {
  return { name, grants: grants.map(toGrant) };
}

// The official plugin asks for nothing in place of a permission that it does not know.
function toGrant({ bucket, permission }: GivenGrant): Grant {
  return { bucket, permission: permissions.has(permission) ? permission : "" };
}

const permissions = new Set(["read", "readwrite", "fullaccess"]);

async function getKey(client: DigitalOcean, signal: AbortSignal, id: string): Promise<Key | undefined> {
  const found = await client.find(signal, (api) => api.spaces.keys.byAccess_key(id).get());
  return found === undefined ? undefined : keyAnswer.parse(found.additionalData);
}

// DigitalOcean's client looks for a list, `keys`. What the API answers, one `key`, it passes on as it came.
const keyAnswer = z
  .object({
    key: z.object({
      name: z.string(),
      access_key: z.string(),
      created_at: z.coerce.date(),
      grants: z.array(z.object({ bucket: z.string().default(""), permission: z.string() })).default([]),
    }),
  })
  .transform(({ key }): Key => {
    const { name, grants, access_key: accessKey, created_at: createdAt } = key;
    return { name, grants, accessKey, createdAt };
  });

function outsOf(key: Key, secretKey: string | null | undefined) {
  const grants = (key.grants ?? []).map(({ bucket, permission }) => ({
    bucket: bucket ?? "",
    permission: permission ?? "",
  }));
  return {
    name: key.name,
    grants,
    accessKey: key.accessKey ?? "",
    secretKey: secretKey ?? null,
    createdAt: apiTime(key.createdAt),
  };
}
