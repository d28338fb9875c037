import { randomBytes } from "node:crypto";

import { Hono } from "hono";
import { z } from "zod";

import { readBody } from "../body.ts";
import type { Cloud } from "../cloud.ts";
import { type SpacesKey, spacesGrant } from "../entities.ts";
import { badRequest, notFound, type Env } from "../errors.ts";
import { page } from "../paging.ts";
import type { State } from "../state.ts";

const grants = z
  .array(spacesGrant)
  .nullish()
  .transform((list) => list ?? []);
const createKey = z.strictObject({ name: z.string().min(1), grants });
const updateKey = z.strictObject({ name: z.string().min(1), grants: z.array(spacesGrant).optional() });

/** `/v2/spaces/keys`; a key is named by its access key. Its secret is answered once, when it is made. */
export function spacesKeyRoutes(cloud: Cloud) {
  const { state } = cloud;
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "keys", state.spacesKeys.all().map(keyView))))
    .post("/", async (c) => {
      const body = await readBody(c, createKey);
      checkGrants(body.grants);
      const accessKey = `DO00${randomBytes(8).toString("hex").toUpperCase()}`;
      const key = { ...body, accessKey, secretKey: randomBytes(32).toString("base64url"), createdAt: cloud.now() };
      state.spacesKeys.put(accessKey, key);
      return c.json({ key: { ...keyView(key), secret_key: key.secretKey } }, 201);
    })
    .get("/:key", (c) => c.json({ key: keyView(requireKey(state, c.req.param("key"))) }))
    .on(["PUT", "PATCH"], "/:key", async (c) => {
      const { name, grants: wanted } = await readBody(c, updateKey);
      const key = requireKey(state, c.req.param("key"));
      if (wanted !== undefined) {
        checkGrants(wanted);
        if (isFull(wanted) !== isFull(key.grants)) {
          throw badRequest("a fullaccess key cannot become a scoped key, nor a scoped key a fullaccess key");
        }
      }
      const changed = { ...key, name, grants: wanted ?? key.grants };
      return c.json({ key: keyView(state.spacesKeys.put(key.accessKey, changed)) });
    })
    .delete("/:key", (c) => {
      state.spacesKeys.delete(requireKey(state, c.req.param("key")).accessKey);
      return c.body(null, 204);
    });
}

/** A bucket need not be there yet: DigitalOcean does not look. */
function checkGrants(list: SpacesKey["grants"]): void {
  for (const { bucket, permission } of list) {
    if (permission === "fullaccess" && bucket !== "") {
      throw badRequest("fullaccess is granted to all buckets: name none");
    }
    if (permission !== "fullaccess" && bucket === "") throw badRequest(`a grant of ${permission} needs a bucket`);
  }
  if (isFull(list) && list.length > 1) throw badRequest("fullaccess cannot be mixed with other grants");
}

function isFull(list: SpacesKey["grants"]): boolean {
  return list.some(({ permission }) => permission === "fullaccess");
}

function requireKey(state: State, accessKey: string): SpacesKey {
  const key = state.spacesKeys.get(accessKey);
  if (key === undefined) throw notFound();
  return key;
}

function keyView({ name, grants: list, accessKey, createdAt }: SpacesKey) {
  return { name, grants: list, access_key: accessKey, created_at: createdAt };
}
