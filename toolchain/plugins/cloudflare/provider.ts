import manifest from "../../../package.json" with { type: "json" };
import { type Bag, type ProviderDefinition, text } from "../protocol/index.ts";
import { accountToken } from "./account-token.ts";
import { plainFunction, plainResource } from "./api-failure.ts";
import { apiToken } from "./api-token.ts";
import { type Client, cloudflareClient } from "./client.ts";
import { dnsRecord } from "./dns-record.ts";
import { getAccountApiTokenPermissionGroupsList, getApiTokenPermissionGroupsList } from "./get-permission-groups.ts";
import { getZone } from "./get-zone.ts";
import { getZones } from "./get-zones.ts";

const version = manifest.dependencies["@pulumi/cloudflare"];

/** The stand-in for Pulumi's Cloudflare plugin: what the program uses, against the local cloud only. */
export const provider: ProviderDefinition<Client> = {
  name: "cloudflare",
  version,
  config: { apiToken: text({ secret: true }), baseUrl: text() },
  configure: (config) => configure(config, process.env),
  resources: [dnsRecord, apiToken, accountToken].map(plainResource),
  functions: [getZone, getZones, getApiTokenPermissionGroupsList, getAccountApiTokenPermissionGroupsList].map(
    plainFunction,
  ),
  idInState: true,
  readsAfterFailedUpdate: false,
  detailedDiff: false,
};

/** Makes the client; throws when the address is Cloudflare's own, none, or no URL, and when there is no usable token. */
export function configure(config: Bag, environment: Readonly<Record<string, string | undefined>>): Client {
  const baseUrl = textOf(config["baseUrl"]) ?? environment["CLOUDFLARE_BASE_URL"];
  if (baseUrl === undefined || isVendor(baseUrl)) {
    throw new Error(
      `This is IMera's stand-in for the cloudflare plugin, made for the local cloud, and ${
        baseUrl === undefined
          ? "no cloudflare:baseUrl is set, so this would go to Cloudflare"
          : `${baseUrl} is Cloudflare`
      }. ` +
        `It changes nothing there. Install the official plugin (pulumi plugin install resource cloudflare ${version}), ` +
        "or set cloudflare:baseUrl to the address of a local cloud.",
    );
  }
  const given = textOf(config["apiToken"]);
  if (given !== undefined && !/^[0-9A-Za-z\-_]{40,80}$/.test(given)) {
    throw new Error("cloudflare:apiToken must be 40 to 80 characters of 0-9 A-Z a-z - _. Copy the whole token.");
  }
  const apiToken = given ?? environment["CLOUDFLARE_API_TOKEN"];
  if (apiToken === undefined) {
    throw new Error(
      "No token for Cloudflare's API: set CLOUDFLARE_API_TOKEN, or keep one in the stack's file, encrypted: " +
        "npm run pulumi -- config set --secret cloudflare:apiToken --stack STACK",
    );
  }
  return cloudflareClient({ apiToken, baseUrl });
}

function isVendor(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) throw new Error(`cloudflare:baseUrl must be a URL, and is ${baseUrl}.`);
  const { hostname } = new URL(baseUrl);
  return /(^|\.)cloudflare\.com\.?$/i.test(hostname);
}

function textOf(value: Bag[string] | undefined): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
