import { messageOf } from "../../host/error.ts";
import { RunError } from "@pulumi/pulumi";
import { getApiTokenPermissionGroupsList } from "@pulumi/cloudflare/getApiTokenPermissionGroupsList.js";
import { getZone } from "@pulumi/cloudflare/getZone.js";

/** Zone at Cloudflare, which exists before the stack does. */
export interface CloudflareZone {
  /** Cloudflare's id. */
  readonly zoneId: string;
  /** Id of the permission to edit the records of a zone, for tokens. */
  readonly dnsWritePermissionId: string;
}

/**
 * Looks the zone up. Throws a `RunError` that says what to check where Cloudflare has no such zone, or does not show it to
 * this token. To be awaited before any resource: as an output, the same error would come once for each record.
 */
export async function findZone(zoneName: string): Promise<CloudflareZone> {
  try {
    const [zone, groups] = await Promise.all([
      getZone({ filter: { name: zoneName } }),
      getApiTokenPermissionGroupsList({ name: permission }),
    ]);
    const group = groups.results.find(({ scopes }) => scopes.includes(zoneScope));
    if (group === undefined) throw new Error(`there is no permission "${permission}" for zones`);
    return { zoneId: zone.id, dnsWritePermissionId: group.id };
  } catch (error) {
    const reason = messageOf(error);
    throw new RunError(
      `Cloudflare: the zone ${zoneName} cannot be used: ${reason}\nCheck that the zone is in your account (another name than the ` +
        "domain's goes into imera:zone), and that the token in cloudflare:apiToken is valid and may Zone: Read, DNS: Edit, API Tokens: Edit.",
    );
  }
}

const permission = "DNS Write";
/** Prefix of a zone's id in the policies of tokens. */
export const zoneScope = "com.cloudflare.api.account.zone";
