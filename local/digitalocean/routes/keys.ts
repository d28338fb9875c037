import { Hono } from "hono";
import { z } from "zod";
import { readBody } from "../body.ts";
import type { Cloud } from "../cloud.ts";
import type { SshKey } from "../entities.ts";
import { notFound, unprocessable, type Env } from "../errors.ts";
import { page } from "../paging.ts";
import { fingerprintOf } from "../ssh-public-key.ts";
import { nextId, type State } from "../state.ts";

const createKey = z.strictObject({ name: z.string().min(1), public_key: z.string() });
const updateKey = z.strictObject({ name: z.string().min(1) });

/** `/v2/account/keys`; a key is named by its id or its fingerprint. */
export function keyRoutes({ state }: Cloud) {
  return new Hono<Env>()
    .get("/", (c) => c.json(page(c, "ssh_keys", state.keys.all().map(keyView))))
    .post("/", async (c) => {
      const body = await readBody(c, createKey);
      const fingerprint = fingerprintOf(body.public_key);
      if (fingerprint === undefined) {
        throw unprocessable("Key invalid, key should be of the format `type key [comment]`");
      }
      if (findKey(state, fingerprint) !== undefined) throw unprocessable("SSH Key is already in use on your account");
      const id = nextId(state);
      const key = state.keys.put(String(id), { id, name: body.name, publicKey: body.public_key, fingerprint });
      return c.json({ ssh_key: keyView(key) }, 201);
    })
    .get("/:key", (c) => c.json({ ssh_key: keyView(requireKey(state, c.req.param("key"))) }))
    .put("/:key", async (c) => {
      const { name } = await readBody(c, updateKey);
      const key = requireKey(state, c.req.param("key"));
      return c.json({ ssh_key: keyView(state.keys.put(String(key.id), { ...key, name })) });
    })
    .delete("/:key", (c) => {
      state.keys.delete(String(requireKey(state, c.req.param("key")).id));
      return c.body(null, 204);
    });
}

/** Finds a key by its id or fingerprint. */
export function findKey(state: State, idOrFingerprint: string | number): SshKey | undefined {
  const wanted = String(idOrFingerprint);
  return state.keys.get(wanted) ?? state.keys.all().find(({ fingerprint }) => fingerprint === wanted);
}

function requireKey(state: State, idOrFingerprint: string): SshKey {
  const key = findKey(state, idOrFingerprint);
  if (key === undefined) throw notFound();
  return key;
}

function keyView({ id, name, publicKey, fingerprint }: SshKey) {
  return { id, fingerprint, public_key: publicKey, name };
}
