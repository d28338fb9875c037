import type { Action } from "@digitalocean/dots/src/dots/models/index.js";
import { isUnreachable } from "../../../host/error.ts";
import { notYet, notYetOn, type Observation, waitUntil } from "../../../host/wait-until.ts";
import type { Api } from "./api.ts";
import { type DigitalOcean, answered } from "./client.ts";

/** The official plugin looks every 3 to 10 s, after 10 s: the local cloud is done sooner. */
const INTERVAL_MS = 250;
/** The official plugin's own limit for droplets and actions; a program can set a shorter one. */
const TIMEOUT_MS = 60 * 60 * 1000;

/** A look is a request that is tried again up to four times. */
const LOOK_TIMEOUT_MS = 5 * 60 * 1000;

interface Wait {
  readonly client: DigitalOcean;
  readonly signal: AbortSignal;
}

/**
 * Looks until there is a value. An API that is out of reach is asked again; its refusal (bad token, gone) and any other failure
 * of the look end the wait, as does the end of `timeoutMs`.
 */
export async function waitFor<T>(
  { signal }: Wait,
  what: string,
  look: (signal: AbortSignal) => Promise<Observation<T>>,
  timeoutMs = TIMEOUT_MS,
): Promise<T> {
  let seen = "nothing";
  const probe = notYetOn(isUnreachable, async (lookSignal) => {
    const observation = await look(lookSignal);
    if ("seen" in observation) ({ seen } = observation);
    return observation;
  });
  try {
    return await waitUntil({ what, probe, intervalMs: INTERVAL_MS, timeoutMs, lookTimeoutMs: LOOK_TIMEOUT_MS, signal });
  } catch (error) {
    if (!isTimeLimit(signal)) throw error;
    throw new Error(`The program's own time limit ended the wait for ${what}. Last seen: ${seen}`, { cause: error });
  }
}

function isTimeLimit({ reason }: AbortSignal): boolean {
  return reason instanceof Error && reason.name === "TimeoutError";
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
