import Cloudflare from "cloudflare";
import { cloudflareApiPort, digitaloceanApiPort } from "../../local/run/address-plan.ts";
import { runNumbered } from "../../local/run/run.ts";
import { readDaemonSettings } from "../../local/run/daemon-settings.ts";
import { notYet, waitUntil } from "../../host/wait-until.ts";
import { testRunNumber } from "./cloud.ts";

/** Everything of one kind that the DigitalOcean account has, by its path: `droplets`, `volumes`, `account/keys`. */
export async function digitaloceanList(path: string): Promise<readonly unknown[]> {
  const body = await digitaloceanRequest<Record<string, unknown>>("GET", `${path}?per_page=200`);
  const list = Object.values(body).find((value) => Array.isArray(value));
  if (list === undefined) throw new Error(`GET ${path}: no list in ${JSON.stringify(body)}`);
  return list as unknown[];
}

/** Asks the local DigitalOcean, `path` being what follows `/v2/`; throws unless the answer is a success. */
export async function digitaloceanRequest<Answer>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: object,
): Promise<Answer> {
  const run = runNumbered(Number(testRunNumber()));
  const { digitaloceanToken } = await daemonSettingsUnderTest();
  const url = `http://${run.addresses.cloudIpv4}:${digitaloceanApiPort}/v2/${path}`;
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${digitaloceanToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Refusal(`${method} ${url}: ${response.status} ${text}`);
  return (text === "" ? {} : JSON.parse(text)) as Answer;
}

class Refusal extends Error {
  override readonly name = "Refusal";
}

/** Says whether an error is an answer of {@link digitaloceanRequest} that says no. */
export function isRefusal(error: unknown): boolean {
  return error instanceof Refusal;
}

/** Starts an action (`volumes/ID/actions`) and resolves when it has completed. */
export async function digitaloceanAction(path: string, body: object): Promise<void> {
  const { action } = await digitaloceanRequest<{ action: { id: number } }>("POST", path, body);
  await waitUntil({
    what: `action ${action.id} on ${path}`,
    probe: async () => {
      const now = await digitaloceanRequest<{ action: { status: string } }>("GET", `actions/${action.id}`);
      const { status } = now.action;
      if (status === "errored") throw new Error(`action ${action.id} on ${path} failed`);
      return status === "completed" ? { value: true } : notYet(status);
    },
    intervalMs: 250,
    timeoutMs: 240_000,
  });
}

/** The vendor's client for the local Cloudflare, with every permission. */
export async function cloudflareClient(): Promise<Cloudflare> {
  const run = runNumbered(Number(testRunNumber()));
  const baseURL = `http://${run.addresses.cloudIpv4}:${cloudflareApiPort}/client/v4`;
  return new Cloudflare({ apiToken: (await daemonSettingsUnderTest()).cloudflareToken, baseURL, maxRetries: 0 });
}

/** Settings of the local cloud under test, with the keys of both providers. Throws where it does not run. */
export async function daemonSettingsUnderTest(): Promise<NonNullable<Awaited<ReturnType<typeof readDaemonSettings>>>> {
  const found = await readDaemonSettings(runNumbered(Number(testRunNumber())));
  if (found === undefined) throw new Error(`local cloud ${testRunNumber()} does not run`);
  return found;
}
