import type { Action } from "@digitalocean/dots/src/dots/models/index.js";
import { isUnreachable } from "../../../host/error.ts";
import { notYet, notYetOn, type Observation, waitUntil } from "../../../host/wait-until.ts";
import type { Api } from "./api.ts";
import { type DigitalOcean, answered } from "./client.ts";

/** The official plugin looks every 3 to 10 s, after 10 s: the local cloud is done sooner. */
const INTERVAL_MS = 250;
/** The official plugin's own limit for droplets; a program can set a shorter one. */
const TIMEOUT_MS = 60 * 60 * 1000;

/** A look is a request that is tried again up to four times. */
const LOOK_TIMEOUT_MS = 5 * 60 * 1000;

interface Wait {
  readonly client: DigitalOcean;
  readonly signal: AbortSignal;
}

/**
 * Looks until there is a value. An API that is out of reach is asked again; its refusal (bad token, gone) and any other failure
 * of the look end the wait.
 */
export function waitFor<T>(
  { signal }: Wait,
  what: string,
  look: (signal: AbortSignal) => Promise<Observation<T>>,
): Promise<T> {
  const probe = notYetOn(isUnreachable, look);
  const limits = { intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS, lookTimeoutMs: LOOK_TIMEOUT_MS };
  return waitUntil({ what, probe, ...limits, signal });
}

/** Waits for an action to complete, asking `get` for it (by default `/v2/actions/{id}`). Throws when it ends in an error. */
export async function waitForAction(
  wait: Wait,
  started: { readonly action?: Action | null } | undefined,
  get = (api: Api, id: number) => api.actions.byAction_id(id).get(),
): Promise<void> {
  const { id, type } = answered(started?.action, "an action");
  const what = `the action ${type ?? ""} (${id ?? ""})`;
  await waitFor(wait, what, async (signal) => {
    const found = await wait.client.call(signal, (api) => get(api, answered(id, "the action's id")));
    const status = found?.action?.status ?? "unknown";
    if (status === "errored") throw new Error(`DigitalOcean reports that ${what} failed.`);
    return status === "completed" ? { value: undefined } : notYet(`status ${status}`);
  });
}
