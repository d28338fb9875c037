import * as pulumi from "@pulumi/pulumi";
import { ApiToken } from "@pulumi/cloudflare/apiToken.js";
import { formerlyIn } from "./former-parent.ts";
import { zoneScope, type CloudflareZone } from "../dns/cloudflare-zone.ts";
import type { NodeAddresses } from "../model/node-facts.ts";
import { vendorNames } from "../model/vendor-names.ts";

/** Arguments of {@link certificateToken}. */
export interface CertificateTokenArgs {
  /** Host name of the node, for Cloudflare's list of tokens. */
  readonly hostName: string;
  /** Zone that certbot writes its records in. */
  readonly zone: CloudflareZone;
  /** Addresses of the node: the token works from no other. */
  readonly addresses: pulumi.Output<NodeAddresses>;
}

/**
 * Makes the token with which certbot on a node proves that the domain is ours (ACME's dns-01, RFC 8555, section 8.4): it edits
 * the records of one zone, from the node's public addresses. Its value is secret.
 */
export function certificateToken(name: string, args: CertificateTokenArgs, parent: pulumi.Resource): ApiToken {
  const { publicIpv4, publicIpv6 } = args.addresses;
  return new ApiToken(
    `${name}-token`,
    {
      name: vendorNames(pulumi.getStack()).certificateToken(args.hostName),
      policies: [
        {
          effect: "allow",
          permissionGroups: [{ id: args.zone.dnsWritePermissionId }],
          resources: zoneOnly(args.zone.zoneId),
        },
      ],
      condition: { requestIp: { ins: [pulumi.interpolate`${publicIpv4}/32`, pulumi.interpolate`${publicIpv6}/128`] } },
    },
    { parent, aliases: [formerlyIn("Certificate", name, parent)] },
  );
}

/** The provider compares this text byte by byte with what the API answers: no spaces. */
function zoneOnly(zoneId: string): string {
  return JSON.stringify({ [`${zoneScope}.${zoneId}`]: "*" });
}
