import type { Bag } from "../protocol/index.ts";
import { isRealHost, realServiceRefusal } from "./real-service.ts";

/** Address and credentials of Spaces. Each may be missing, since only buckets need them. */
export interface SpacesSettings {
  /** URL in which `{{.Region}}` stands for the bucket's region. Default: the real Spaces, which a stand-in refuses. */
  readonly endpointTemplate?: string;
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
}

/** Reads the settings from the stack's configuration, and those missing there from the official plugin's environment variables. */
export function spacesSettings({ spacesEndpoint, spacesAccessId, spacesSecretKey }: Bag): SpacesSettings {
  const endpointTemplate = textOr(spacesEndpoint, "SPACES_ENDPOINT_URL");
  const accessKeyId = textOr(spacesAccessId, "SPACES_ACCESS_KEY_ID");
  const secretAccessKey = textOr(spacesSecretKey, "SPACES_SECRET_ACCESS_KEY");
  return {
    ...(endpointTemplate === undefined ? {} : { endpointTemplate }),
    ...(accessKeyId === undefined ? {} : { accessKeyId }),
    ...(secretAccessKey === undefined ? {} : { secretAccessKey }),
  };
}

/** Makes the root URL of Spaces in a region. Throws, with what to do, when it is no URL, and when it is the real DigitalOcean's. */
export function spacesEndpoint({ endpointTemplate }: SpacesSettings, region: string): URL {
  const endpoint = (endpointTemplate ?? REAL_ENDPOINT).replaceAll(/\{\{\s*\.Region\s*\}\}/g, region);
  if (!URL.canParse(endpoint)) {
    throw new Error(
      `digitalocean:spacesEndpoint is not an address: ${endpoint}. For example: http://{{.Region}}.spaces.local-cloud.test`,
    );
  }
  const url = new URL(endpoint);
  if (!isRealHost(url.hostname)) return url;
  throw new Error(
    realServiceRefusal(
      "Spaces",
      endpoint,
      "digitalocean:spacesEndpoint, or SPACES_ENDPOINT_URL, to its Spaces' address",
    ),
  );
}

// The official plugin's own default, so that nothing configured means the real Spaces here, too: and is refused.
const REAL_ENDPOINT = "https://{{.Region}}.digitaloceanspaces.com";

function textOr(configured: unknown, variable: string): string | undefined {
  const found = typeof configured === "string" && configured !== "" ? configured : process.env[variable];
  return found === "" ? undefined : found;
}
