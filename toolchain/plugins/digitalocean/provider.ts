import { versions } from "../../versions.ts";
import { type ProviderDefinition, text } from "../protocol/index.ts";
import { DigitalOcean } from "./client.ts";
import { droplet } from "./droplet.ts";
import { firewall } from "./firewall.ts";
import { projectResources } from "./project-resources.ts";
import { project } from "./project.ts";
import { reservedIpAssignment } from "./reserved-ip-assignment.ts";
import { reservedIp } from "./reserved-ip.ts";
import { sshKey } from "./ssh-key.ts";
import { tag } from "./tag.ts";
import { volumeAttachment } from "./volume-attachment.ts";
import { volume } from "./volume.ts";
import { vpc } from "./vpc.ts";

/** The stand-in of the `digitalocean` plugin, with the resources that the program uses. */
export const digitalOceanProvider: ProviderDefinition<DigitalOcean> = {
  name: "digitalocean",
  version: versions.plugins.digitalocean,
  config: { apiEndpoint: text(), token: text({ secret: true }) },
  configure: ({ apiEndpoint, token }) =>
    new DigitalOcean({
      endpoint: endpointOf(stringOr(apiEndpoint, process.env["DIGITALOCEAN_API_URL"])),
      token: tokenOf(stringOr(token, process.env["DIGITALOCEAN_TOKEN"] ?? process.env["DIGITALOCEAN_ACCESS_TOKEN"])),
    }),
  resources: [
    droplet,
    firewall,
    project,
    projectResources,
    reservedIp,
    reservedIpAssignment,
    sshKey,
    tag,
    volume,
    volumeAttachment,
    vpc,
  ],
  functions: [],
  idInState: true,
  detailedDiff: true,
};

// The official plugin's own default, so that nothing configured means the real DigitalOcean here, too: and is refused.
const REAL_ENDPOINT = "https://api.digitalocean.com";

function endpointOf(configured: string | undefined): string {
  const endpoint = (configured ?? REAL_ENDPOINT).replace(/\/+$/, "");
  if (!URL.canParse(endpoint)) {
    throw new Error(`digitalocean:apiEndpoint is not an address: ${endpoint}. For example: http://10.99.0.1:8080`);
  }
  const hostname = new URL(endpoint).hostname.replace(/\.$/, "");
  if (hostname !== "digitalocean.com" && !hostname.endsWith(".digitalocean.com")) return endpoint;
  const install = `pulumi plugin install resource digitalocean ${versions.plugins.digitalocean}`;
  throw new Error(
    `This is IMera's stand-in for the digitalocean plugin. It does not talk to the real DigitalOcean (${endpoint}). ` +
      `For that install the official plugin: ${install}. ` +
      "For the local cloud set digitalocean:apiEndpoint, or DIGITALOCEAN_API_URL, to its address.",
  );
}

function tokenOf(configured: string | undefined): string {
  if (configured !== undefined) return configured;
  throw new Error("No token for DigitalOcean's API: set digitalocean:token as a secret, or DIGITALOCEAN_TOKEN.");
}

function stringOr(configured: unknown, fromEnvironment: string | undefined): string | undefined {
  return typeof configured === "string" && configured !== "" ? configured : fromEnvironment;
}
