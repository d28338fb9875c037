import { runtime } from "@pulumi/pulumi";
import { type CloudApi, cloudflareApi, digitaloceanApi } from "./cloud-api.ts";

/** The engine's whole configuration of the stack: values in clear, by full name. */
export type EngineConfig = Readonly<Record<string, string>>;

/** DigitalOcean's API as the stack's configuration has it. Throws a `MissingToken` where there is no token. */
export function configuredDigitalocean(config: EngineConfig = runtime.allConfig()): CloudApi {
  return digitaloceanApi({ token: config["digitalocean:token"], address: config["digitalocean:apiEndpoint"] });
}

/** Cloudflare's API as the stack's configuration has it. Throws a `MissingToken` where there is no token. */
export function configuredCloudflare(config: EngineConfig): CloudApi {
  return cloudflareApi({ token: config["cloudflare:apiToken"], address: config["cloudflare:baseUrl"] });
}
