import { notYet } from "../../../host/wait-until.ts";
import { number, text } from "../protocol/index.ts";
import type { Api } from "./api.ts";
import { type DigitalOcean, answered, isStatus } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmpty, notZero } from "./input-rules.ts";
import { timedId } from "./timed-id.ts";
import { getVolume } from "./volume.ts";
import { waitFor, waitForAction } from "./wait.ts";

/** A volume's place in a droplet. */
export const volumeAttachment = defineResource({
  token: "digitalocean:index/volumeAttachment:VolumeAttachment",
  properties: {
    dropletId: number({ required: true, replaces: true, rule: notZero }),
    volumeId: text({ required: true, replaces: true, rule: notEmpty }),
  },
  async create({ client, signal, inputs }) {
    const { dropletId, volumeId } = inputs;
    const found = await getVolume(client, signal, volumeId);
    if (found === undefined) throw new Error(`There is no volume ${volumeId} to attach to the droplet ${dropletId}.`);
    if (found.dropletIds?.[0] !== dropletId) await act({ client, signal, type: "attach", dropletId, volumeId });
    return { id: timedId(String(dropletId), volumeId), outs: { dropletId, volumeId } };
  },
  async read({ client, signal, state }) {
    const { dropletId, volumeId } = state;
    if (typeof dropletId !== "number" || typeof volumeId !== "string") {
      throw new Error("A volume attachment cannot be imported: its id does not say where it is.");
    }
    const found = await getVolume(client, signal, volumeId);
    return found?.dropletIds?.includes(dropletId) === true ? { dropletId, volumeId } : undefined;
  },
  async delete({ client, signal, state }) {
    const dropletId = answered(state.dropletId, "the droplet's id");
    const volumeId = answered(state.volumeId, "the volume's id");
    await act({ client, signal, type: "detach", dropletId, volumeId });
  },
});

/** The official plugin asks a busy droplet for so long. */
const BUSY_TIMEOUT_MS = 5 * 60 * 1000;

interface VolumeAction {
  readonly client: DigitalOcean;
  readonly signal: AbortSignal;
  readonly type: "attach" | "detach";
  readonly dropletId: number;
  readonly volumeId: string;
}

/** Attaches or detaches. A droplet that is busy with something else is asked again until it is free. */
export async function act({ client, signal, type, dropletId, volumeId }: VolumeAction): Promise<void> {
  const what = `the droplet ${dropletId} to be free to ${type} ${volumeId}`;
  const start = async () => {
    try {
      const ask = (api: Api) => api.volumes.byVolume_id(volumeId).actions.post({ type, dropletId });
      // Detaching what is gone is done already.
      return { value: await (type === "attach" ? client.call(signal, ask) : client.find(signal, ask)) };
    } catch (error) {
      if (isStatus(error, 422) && /already has a pending event/i.test(error.message)) return notYet(error);
      throw error;
    }
  };
  const started = await waitFor({ client, signal }, what, start, BUSY_TIMEOUT_MS);
  if (started !== undefined) await waitForAction({ client, signal }, started);
}
