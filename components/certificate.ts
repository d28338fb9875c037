import * as pulumi from "@pulumi/pulumi";
import { ApiToken } from "@pulumi/cloudflare/apiToken.js";
import { getApiTokenPermissionGroupsListOutput } from "@pulumi/cloudflare/getApiTokenPermissionGroupsList.js";

/** Arguments of {@link Certificate}. */
export interface CertificateArgs {
  /** Who uses the token, for Cloudflare's list of tokens: the node's host name. */
  readonly holder: string;
  /** The zone that certbot writes its records in. */
  readonly zoneId: pulumi.Input<string>;
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
    const groups = getApiTokenPermissionGroupsListOutput({ name: permission }, { parent: this });
    const token = new ApiToken(
      `${name}-token`,
      {
        name: `imera ${pulumi.getStack()}: certificates of ${args.holder}`,
        policies: [
          {
            effect: "allow",
            permissionGroups: [{ id: groups.apply(({ results }) => zonePermission(results)) }],
            resources: pulumi.output(args.zoneId).apply(zoneOnly),
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

const permission = "DNS Write";
const zoneScope = "com.cloudflare.api.account.zone";

function zonePermission(groups: readonly { readonly id: string; readonly scopes: readonly string[] }[]): string {
  const group = groups.find(({ scopes }) => scopes.includes(zoneScope));
  if (group === undefined) {
    throw new pulumi.RunError(
      `Cloudflare lists no permission "${permission}" for zones to this API token. It needs "API Tokens: Edit" beside "Zone: Read" ` +
        'and "DNS: Edit"; give it that in Cloudflare\'s dashboard.',
    );
  }
  return group.id;
}

/** The provider compares this text byte by byte with what the API answers: no spaces. */
function zoneOnly(zoneId: string): string {
  return JSON.stringify({ [`${zoneScope}.${zoneId}`]: "*" });
}
