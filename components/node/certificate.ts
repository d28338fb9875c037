import * as pulumi from "@pulumi/pulumi";
import { ApiToken } from "@pulumi/cloudflare/apiToken.js";
import { zoneScope, type CloudflareZone } from "../dns/cloudflare-zone.ts";

/** Arguments of {@link Certificate}. */
export interface CertificateArgs {
  /** Who uses the token, for Cloudflare's list of tokens: the node's host name. */
  readonly holder: string;
  /** The zone that certbot writes its records in. */
  readonly zone: CloudflareZone;
  /** The only addresses that the token works from. */
  readonly publicIpv4: pulumi.Input<string>;
  readonly publicIpv6: pulumi.Input<string>;
}

/**
 * What certbot on a node needs to prove that the domain is ours (ACME's dns-01, RFC 8555 section 8.4): a token that edits the
 * records of one zone, from this node's addresses.
 */
export class Certificate extends pulumi.ComponentResource {
  /** Secret. */
  readonly token: pulumi.Output<string>;

  constructor(name: string, args: CertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("imera:index:Certificate", name, {}, opts);
    const token = new ApiToken(
      `${name}-token`,
      {
        name: `imera ${pulumi.getStack()}: certificates of ${args.holder}`,
        policies: [
          {
            effect: "allow",
            permissionGroups: [{ id: args.zone.dnsWritePermissionId }],
            resources: zoneOnly(args.zone.zoneId),
          },
        ],
        condition: {
          requestIp: { ins: [pulumi.interpolate`${args.publicIpv4}/32`, pulumi.interpolate`${args.publicIpv6}/128`] },
        },
      },
      { parent: this },
    );
    this.token = token.value;
    this.registerOutputs({ token: this.token });
  }
}

/** The provider compares this text byte by byte with what the API answers: no spaces. */
function zoneOnly(zoneId: string): string {
  return JSON.stringify({ [`${zoneScope}.${zoneId}`]: "*" });
}
