import { z } from "zod";
import { type CloudApi, cloudflareApi, digitaloceanApi } from "../../components/vendors/cloud-api.ts";
import type { StackAccess } from "./stack-access.ts";

/** Fields of a DigitalOcean droplet in the API's answers. */
export const dropletForm = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  /** While an action is under way, deletion included. */
  locked: z.boolean(),
});

/** DigitalOcean's API as the stack's plugin reaches it; paths follow `/v2/`. Throws where the stack has no token. */
export async function digitalocean({ setting }: Pick<StackAccess, "setting">): Promise<CloudApi> {
  return digitaloceanApi({
    token: await setting("digitalocean:token"),
    address: await setting("digitalocean:apiEndpoint"),
  });
}

/** Cloudflare's API as the stack's plugin reaches it; paths follow `/client/v4/`. Throws where the stack has no token. */
export async function cloudflare({ setting }: Pick<StackAccess, "setting">): Promise<CloudApi> {
  return cloudflareApi({ token: await setting("cloudflare:apiToken"), address: await setting("cloudflare:baseUrl") });
}
