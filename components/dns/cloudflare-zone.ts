import { messageOf } from "../../host/error.ts";
import { RunError } from "@pulumi/pulumi";
import { getApiTokenPermissionGroupsList } from "@pulumi/cloudflare/getApiTokenPermissionGroupsList.js";
import { getZone, type GetZoneResult } from "@pulumi/cloudflare/getZone.js";
import type { PlainSettings } from "../settings/schema.ts";

/** Zone at Cloudflare, which exists before the stack does. */
export interface CloudflareZone {
  /** Cloudflare's id. */
  readonly zoneId: string;
  /** Id of the permission to edit the records of a zone, for tokens. */
  readonly dnsWritePermissionId: string;
}

/** Names the zone that a stack's domain is in. */
export function zoneName({ zone, domain }: Pick<PlainSettings, "zone" | "domain">): string {
  return zone === "" ? domain : zone;
}

/**
 * Looks the zone up. Throws a `RunError` that says what to do where Cloudflare has no such zone, does not show it to this token,
 * or does not answer for it in the DNS. To be awaited before any resource: as an output, the same error would come once for each
 * record.
 */
export async function findZone(name: string): Promise<CloudflareZone> {
  try {
    const [zone, groups] = await Promise.all([
      getZone({ filter: { name } }),
      getApiTokenPermissionGroupsList({ name: permission }),
    ]);
    const group = groups.results.find(({ scopes }) => scopes.includes(zoneScope));
    if (group === undefined) throw new Error(`there is no permission "${permission}" for zones`);
    refuseUndelegated(name, zone);
    return { zoneId: zone.id, dnsWritePermissionId: group.id };
  } catch (error) {
    if (error instanceof RunError) throw error;
    throw new RunError(`Cloudflare: the zone ${name} cannot be used: ${messageOf(error)}\n${advice(messageOf(error))}`);
  }
}

function refuseUndelegated(name: string, { status, type, nameServers }: GetZoneResult): void {
  if (type === "partial") {
    throw new RunError(
      `Cloudflare: the zone ${name} is a partial one (CNAME set-up): other name servers answer for it, so nobody would see the ` +
        "stack's records. Make it a full zone, or use a domain in one.",
    );
  }
  if (type !== "full") {
    throw new RunError(
      `Cloudflare: the zone ${name} is of the type ${type}, in which no record can be made: a secondary zone's are copied from another ` +
        "server, and an internal one's are not public. Make it a full zone, or use a domain in one.",
    );
  }
  if (status === "active") return;
  throw new RunError(
    `Cloudflare: the zone ${name} is not active but ${status}: the domain is not delegated to Cloudflare's name servers, so ` +
      `nobody would see the stack's records and no certificate would be issued. At the domain's registrar set the name servers ` +
      `${nameServers.join(" and ")}, and no others; Cloudflare notices within hours.`,
  );
}

/** Cloudflare has one code, 9109, for a token that it does not know and for one that is used from the wrong address. */
function advice(reason: string): string {
  if (/from location/.test(reason)) {
    return (
      "The token in cloudflare:apiToken is known, but its address filter does not admit this machine. Add the address above to " +
      "the filter (My Profile → API Tokens), or use a token without a filter; one that only previews needs no more than Zone: " +
      "Read, DNS: Read, API Tokens: Read."
    );
  }
  return (
    "Check that the zone is in your account (another name than the domain's goes into imera:zone), and that the token in " +
    "cloudflare:apiToken is valid and may Zone: Read, DNS: Edit, API Tokens: Edit."
  );
}

const permission = "DNS Write";
/** Prefix of a zone's id in the policies of tokens. */
export const zoneScope = "com.cloudflare.api.account.zone";
