import Cloudflare from "cloudflare";
import { cloudflareApiPort, digitaloceanApiPort } from "../../local/address-plan.ts";
import { describeRun } from "../../local/run.ts";
import { readSettings } from "../../local/up.ts";
import { testRunNumber } from "./cloud.ts";

/** Everything of one kind that the DigitalOcean account has, by its path: `droplets`, `volumes`, `account/keys`. */
export async function digitaloceanList(path: string): Promise<readonly unknown[]> {
  const run = describeRun(Number(testRunNumber()));
  const { digitaloceanToken } = await settings();
  const url = `http://${run.addresses.cloudIpv4}:${digitaloceanApiPort}/v2/${path}?per_page=200`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${digitaloceanToken}` } });
  if (!response.ok) throw new Error(`GET ${url}: ${response.status} ${await response.text()}`);
  const body = (await response.json()) as Record<string, unknown>;
  const list = Object.values(body).find((value) => Array.isArray(value));
  if (list === undefined) throw new Error(`GET ${url}: no list in ${JSON.stringify(body)}`);
  return list as unknown[];
}

/** The vendor's client for the local Cloudflare, with every permission. */
export async function cloudflareClient(): Promise<Cloudflare> {
  const run = describeRun(Number(testRunNumber()));
  const baseURL = `http://${run.addresses.cloudIpv4}:${cloudflareApiPort}/client/v4`;
  return new Cloudflare({ apiToken: (await settings()).cloudflareToken, baseURL, maxRetries: 0 });
}

async function settings(): Promise<NonNullable<Awaited<ReturnType<typeof readSettings>>>> {
  const found = await readSettings(describeRun(Number(testRunNumber())));
  if (found === undefined) throw new Error(`local cloud ${testRunNumber()} does not run`);
  return found;
}
