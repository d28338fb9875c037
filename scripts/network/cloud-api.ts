import process from "node:process";
import { z } from "zod";
import type { StackAccess } from "./stack-access.ts";

/** One cloud's API, with the stack's own token. */
export interface CloudApi {
  /** Resolves to the body, undefined where the answer is "not found"; rejects with the API's words otherwise. */
  get(path: string): Promise<unknown>;
  /** Resolves too when there is nothing to delete. */
  remove(path: string): Promise<void>;
}

/** What a DigitalOcean droplet is known by. */
export const dropletForm = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  /** While an action is under way, deletion included. */
  locked: z.boolean(),
});

/** DigitalOcean's API as the stack's plugin reaches it; paths follow `/v2/`. */
export async function digitalocean(access: Pick<StackAccess, "setting">): Promise<CloudApi> {
  const token = (await access.setting("digitalocean:token")) ?? process.env["DIGITALOCEAN_TOKEN"];
  const endpoint = (await access.setting("digitalocean:apiEndpoint")) ?? "https://api.digitalocean.com";
  return cloudApi("DigitalOcean", `${endpoint}/v2/`, token ?? process.env["DIGITALOCEAN_ACCESS_TOKEN"]);
}

/** Cloudflare's API as the stack's plugin reaches it; paths follow `/client/v4/`. */
export async function cloudflare(access: StackAccess): Promise<CloudApi> {
  const token = (await access.setting("cloudflare:apiToken")) ?? process.env["CLOUDFLARE_API_TOKEN"];
  const base = (await access.setting("cloudflare:baseUrl")) ?? "https://api.cloudflare.com/client/v4";
  return cloudApi("Cloudflare", `${base.replace(/\/$/, "")}/`, token);
}

function cloudApi(cloud: string, base: string, token: string | undefined): CloudApi {
  if (token === undefined) throw new Error(`There is no API token for ${cloud} in the stack's settings.`);
  const request = async (method: "GET" | "DELETE", path: string): Promise<unknown> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    const text = await response.text();
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`${cloud}: ${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return text === "" ? {} : JSON.parse(text);
  };
  return {
    get: (path) => request("GET", path),
    remove: async (path) => {
      await request("DELETE", path);
    },
  };
}

const requestTimeoutMs = 30_000;
