import type { Droplet } from "@digitalocean/dots/src/dots/models/index.js";
import type { ActionsPostRequestBody } from "@digitalocean/dots/src/dots/v2/droplets/item/actions/index.js";
import { messageOf } from "../../../host/error.ts";
import { notYet } from "../../../host/wait-until.ts";
import { lowerCase } from "./answers.ts";
import { type DigitalOcean, answered, isStatus } from "./client.ts";
import { type DropletInputs, getDroplet } from "./droplet-state.ts";
import { retag } from "./tagging.ts";
import { act } from "./volume-attachment.ts";
import { waitFor, waitForAction } from "./wait.ts";

interface DropletCall {
  readonly client: DigitalOcean;
  readonly signal: AbortSignal;
  readonly id: number;
}

interface Change {
  readonly inputs: DropletInputs & { readonly resizeDisk: boolean };
  readonly state: { readonly tags?: readonly string[] | null; readonly volumeIds?: readonly string[] | null };
  readonly changed: ReadonlySet<string>;
}

/** Makes the changes that need no new droplet, one after the other. */
export async function changeDroplet(call: DropletCall, { inputs, state, changed }: Change): Promise<void> {
  const { client, signal, id } = call;
  if (changed.has("size")) await resize(call, inputs.size, inputs.resizeDisk);
  if (changed.has("name")) await rename(call, inputs.name);
  if (changed.has("backups")) {
    await waitForAction(
      call,
      await post(call, { type: inputs.backups === true ? "enable_backups" : "disable_backups" }),
    );
  }
  if (changed.has("ipv6")) await waitForAction(call, await post(call, { type: "enable_ipv6" }));
  if (changed.has("tags")) {
    const tags = { before: state.tags ?? [], after: inputs.tags ?? [] };
    await retag(client, signal, { id: String(id), type: "droplet" }, tags);
  }
  if (changed.has("volumeIds")) {
    const before = state.volumeIds ?? [];
    const after = inputs.volumeIds ?? [];
    for (const volumeId of after.filter((each) => !before.includes(each))) {
      await act({ client, signal, type: "attach", dropletId: id, volumeId });
    }
    for (const volumeId of before.filter((each) => !after.includes(each))) {
      await act({ client, signal, type: "detach", dropletId: id, volumeId });
    }
  }
}

/** Waits for a new droplet. Throws when it has come to rest without being up. */
export async function waitUntilUp(call: DropletCall): Promise<Droplet> {
  return waitFor(call, `the droplet ${call.id} to be up`, async (signal) => {
    const now = answered(await getDroplet(call.client, signal, call.id), `the droplet ${call.id}`);
    if (now.locked === true) return notYet(`status ${now.status ?? "unknown"}, locked`);
    if (now.status === "active") return { value: now };
    if (now.status === "off") {
      throw new Error(`The droplet ${call.id} did not start: its status is off. The log of the API says why.`);
    }
    return notYet(`status ${now.status ?? "unknown"}`);
  });
}

/** Asks the droplet to shut itself down, and waits until it is off. */
export async function shutDown(call: DropletCall): Promise<void> {
  await post(call, { type: "shutdown" });
  await waitForStatus(call, "off");
}

/** Starts a droplet that is off: a change that was cut off, or its create, left it so. Throws when it does not start. */
export async function startAgain(call: DropletCall): Promise<void> {
  const found = answered(await getDroplet(call.client, call.signal, call.id), `the droplet ${call.id}`);
  if (found.status === "off" && found.locked !== true) {
    await waitForAction(call, await post(call, { type: "power_on" }));
  }
  await waitUntilUp(call);
}

async function resize(call: DropletCall, size: string, disk: boolean): Promise<void> {
  await powerOff(call);
  const { sizeSlug } = await waitForStatus(call, "off");
  try {
    // An update that was cut off may have come as far as this.
    if (sizeSlug !== lowerCase(size)) await waitForAction(call, await post(call, { type: "resize", size, disk }));
  } catch (error) {
    await powerOnAfter(call, error);
    throw error;
  }
  await powerOn(call);
}

async function powerOff(call: DropletCall): Promise<void> {
  try {
    await post(call, { type: "power_off" });
  } catch (error) {
    if (!isStatus(error, 422) || !error.message.includes("already powered off")) throw error;
  }
}

async function powerOn(call: DropletCall): Promise<void> {
  await post(call, { type: "power_on" });
  await waitForStatus(call, "active");
}

/** Throws both failures when the droplet stays off. */
async function powerOnAfter(call: DropletCall, failure: unknown): Promise<void> {
  try {
    await powerOn(call);
  } catch (error) {
    throw new Error(
      `The droplet ${call.id} could not be resized (${messageOf(failure)}), and is off: it could not be powered on again ` +
        `(${messageOf(error)}). Update again, or power it on in DigitalOcean's control panel.`,
      { cause: error },
    );
  }
}

async function rename(call: DropletCall, name: string): Promise<void> {
  await post(call, { type: "rename", name });
  await waitFor(call, `the droplet ${call.id} to be named ${name}`, async (signal) => {
    const found = answered(await getDroplet(call.client, signal, call.id), `the droplet ${call.id}`);
    return found.name === name ? { value: undefined } : notYet(`name ${found.name ?? ""}`);
  });
}

function post({ client, signal, id }: DropletCall, body: ActionsPostRequestBody) {
  return client.call(signal, (api) => api.droplets.byDroplet_id(id).actions.post(body));
}

async function waitForStatus(call: DropletCall, status: string): Promise<Droplet> {
  return waitFor(call, `the droplet ${call.id} to be ${status}`, async (signal) => {
    const found = answered(await getDroplet(call.client, signal, call.id), `the droplet ${call.id}`);
    // Nothing can be asked of a locked droplet.
    if (found.locked === true) return notYet(`status ${found.status ?? "unknown"}, locked`);
    return found.status === status ? { value: found } : notYet(`status ${found.status ?? "unknown"}`);
  });
}
