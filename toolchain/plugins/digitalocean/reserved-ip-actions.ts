import type { Reserved_ip } from "@digitalocean/dots/src/dots/models/index.js";
import { notYet } from "../../../host/wait-until.ts";
import type { Api } from "./api.ts";
import { type DigitalOcean, isStatus } from "./client.ts";
import { waitFor, waitForAction } from "./wait.ts";

interface Caller {
  readonly client: DigitalOcean;
  readonly signal: AbortSignal;
}

/** Gives the address to a droplet, once the droplet has nothing else going on, and waits until it has it. */
export async function assign(caller: Caller, ip: string, dropletId: number): Promise<void> {
  const { client, signal } = caller;
  await waitFor(caller, `the actions of the droplet ${dropletId} to end`, async (lookSignal) => {
    const query = { queryParameters: { perPage: 50 } };
    const found = await client.call(lookSignal, (api) => api.droplets.byDroplet_id(dropletId).actions.get(query));
    const running = found?.actions?.find(({ status }) => status === "in-progress");
    return running === undefined ? { value: undefined } : notYet(`${running.type ?? "an action"} in progress`);
  });
  const body = { type: "assign" as const, dropletId };
  const started = await client.call(signal, (api) => api.reserved_ips.byReserved_ip(ip).actions.post(body));
  await waitForAction(caller, started, (api, id) => api.reserved_ips.byReserved_ip(ip).actions.byAction_id(id).get());
}

/** Takes the address from the droplet that has it. That none has it is no error. */
export async function unassign(caller: Caller, ip: string): Promise<void> {
  const { client, signal } = caller;
  try {
    const started = await client.call(signal, (api) =>
      api.reserved_ips.byReserved_ip(ip).actions.post({ type: "unassign" as const }),
    );
    await waitForAction(caller, started, (api, id) => api.reserved_ips.byReserved_ip(ip).actions.byAction_id(id).get());
  } catch (error) {
    if (!isStatus(error, 422)) throw error;
  }
}

/** Asks the API for a reserved IP. */
export async function getReservedIp(api: Api, ip: string): Promise<Reserved_ip | undefined> {
  return (await api.reserved_ips.byReserved_ip(ip).get())?.reservedIp ?? undefined;
}
