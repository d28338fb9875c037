import { versions } from "../../versions.ts";
import { type ProviderDefinition, text } from "../protocol/index.ts";
import { DigitalOcean } from "./client.ts";
import { dropletSnapshot } from "./droplet-snapshot.ts";
import { droplet } from "./droplet.ts";
import { firewall } from "./firewall.ts";
import { projectResources } from "./project-resources.ts";
import { monitorAlert } from "./monitor-alert.ts";
import { getImages } from "./get-images.ts";
import { project } from "./project.ts";
import { isRealHost, realServiceRefusal } from "./real-service.ts";
import { reservedIpAssignment } from "./reserved-ip-assignment.ts";
import { reservedIp } from "./reserved-ip.ts";
import { spacesBucket } from "./spaces-bucket.ts";
import { spacesKey } from "./spaces-key.ts";
import { spacesSettings } from "./spaces-settings.ts";
import { sshKey } from "./ssh-key.ts";
import { tag } from "./tag.ts";
import { uptimeAlert } from "./uptime-alert.ts";
import { uptimeCheck } from "./uptime-check.ts";
import { volumeAttachment } from "./volume-attachment.ts";
import { volume } from "./volume.ts";
import { vpcPeering } from "./vpc-peering.ts";
import { vpc } from "./vpc.ts";

/** The stand-in of the `digitalocean` plugin, with the resources that the program uses. */
export const digitalOceanProvider: ProviderDefinition<DigitalOcean> = {
  name: "digitalocean",
  version: versions.plugins.digitalocean,
  config: {
    apiEndpoint: text(),
    token: text({ secret: true }),
    spacesEndpoint: text(),
    spacesAccessId: text(),
    spacesSecretKey: text({ secret: true }),
  },
  configure: ({ apiEndpoint, token, ...others }) =>
    new DigitalOcean({
      endpoint: endpointOf(stringOr(apiEndpoint, process.env["DIGITALOCEAN_API_URL"])),
      token: tokenOf(stringOr(token, process.env["DIGITALOCEAN_TOKEN"] ?? process.env["DIGITALOCEAN_ACCESS_TOKEN"])),
      spaces: spacesSettings(others),
    }),
  resources: [
    droplet,
    dropletSnapshot,
    firewall,
    monitorAlert,
    project,
    projectResources,
    reservedIp,
    reservedIpAssignment,
    spacesBucket,
    spacesKey,
    sshKey,
    tag,
    uptimeAlert,
    uptimeCheck,
    volume,
    volumeAttachment,
    vpc,
    vpcPeering,
  ],
  functions: [getImages],
  idInState: true,
  readsAfterFailedUpdate: true,
  detailedDiff: true,
};

// The official plugin's own default, so that nothing configured means the real DigitalOcean here, too: and is refused.
const REAL_ENDPOINT = "https://api.digitalocean.com";

function endpointOf(configured: string | undefined): string {
  const endpoint = (configured ?? REAL_ENDPOINT).replace(/\/+$/, "");
  if (!URL.canParse(endpoint)) {
    throw new Error(`digitalocean:apiEndpoint is not an address: ${endpoint}. For example: http://10.99.0.1:8080`);
  }
  if (!isRealHost(new URL(endpoint).hostname)) return endpoint;
  throw new Error(
    realServiceRefusal("DigitalOcean", endpoint, "digitalocean:apiEndpoint, or DIGITALOCEAN_API_URL, to its address"),
  );
}

function tokenOf(configured: string | undefined): string {
  if (configured !== undefined) return configured;
  throw new Error(
    "No token for DigitalOcean's API: set DIGITALOCEAN_TOKEN, or keep one in the stack's file, encrypted: " +
      "npm run pulumi -- config set --secret digitalocean:token --stack STACK",
  );
}

function stringOr(configured: unknown, fromEnvironment: string | undefined): string | undefined {
  return typeof configured === "string" && configured !== "" ? configured : fromEnvironment;
}
