import { httpsAt, type HttpsAnswer, type HttpsOptions } from "../../scripts/probes/https.ts";
import { type Cloud, lookUpAddress } from "./cloud.ts";

/** One request, the host looked up at the local cloud's DNS and its certificate verified against the ACME root. */
export async function httpsRequest(
  cloud: Cloud,
  url: string,
  options: Omit<HttpsOptions, "ca"> = {},
): Promise<HttpsAnswer> {
  return httpsAt(await lookUpAddress(cloud, new URL(url).hostname), url, { ...options, ca: cloud.trustedRoots });
}
