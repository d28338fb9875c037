import { BaseTokens as AccountTokens } from "cloudflare/resources/accounts/tokens/tokens";
import { BasePermissionGroups as AccountPermissionGroups } from "cloudflare/resources/accounts/tokens/permission-groups";
import { BaseRecords } from "cloudflare/resources/dns/records";
import { BasePermissionGroups as UserPermissionGroups } from "cloudflare/resources/user/tokens/permission-groups";
import { BaseTokens as UserTokens } from "cloudflare/resources/user/tokens/tokens";
import { BaseZones } from "cloudflare/resources/zones/zones";
import { createClient } from "cloudflare/tree-shakable";

/** Cloudflare's own client, with the parts that the stand-in uses: the whole of it takes longer to load than a run takes. */
export type Client = ReturnType<typeof cloudflareClient>;

/** Makes a client of the API at `baseUrl` (`…/client/v4`). It tries again where the API says that another try is worth it. */
export function cloudflareClient(options: { readonly apiToken: string; readonly baseUrl: string }) {
  return createClient({
    apiToken: options.apiToken,
    baseURL: options.baseUrl.replace(/\/+$/, ""),
    resources: [BaseRecords, BaseZones, UserTokens, UserPermissionGroups, AccountTokens, AccountPermissionGroups],
  });
}

/** Tells whether `error` is the API's answer 404. */
function isNotFound(error: unknown): boolean {
  return error instanceof Error && "status" in error && error.status === 404;
}

/** Resolves as `found` does, or to undefined when the API answers 404. */
export async function orGone<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
