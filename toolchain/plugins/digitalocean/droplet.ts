import { notYet } from "../../../host/wait-until.ts";
import { flag, number, set, text } from "../protocol/index.ts";
import { lowerCase } from "./answers.ts";
import { answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { changeDroplet, shutDown, startAgain, waitUntilUp } from "./droplet-changes.ts";
import { dropletOuts, getDroplet, hashed, inState, toDroplet } from "./droplet-state.ts";
import { notEmpty, tagName } from "./input-rules.ts";
import { act } from "./volume-attachment.ts";
import { waitFor } from "./wait.ts";

/** A virtual machine. `userData` is in the state as a hash only. */
export const droplet = defineResource({
  token: "digitalocean:index/droplet:Droplet",
  properties: {
    name: text({ autoname: true, rule: notEmpty }),
    image: text({ required: true, replaces: true, rule: notEmpty }),
    region: text({ computed: true, replaces: true, rule: notEmpty, inState: lowerCase }),
    size: text({ required: true, rule: notEmpty, inState: lowerCase }),
    sshKeys: set(text({ rule: notEmpty }), { replaces: true }),
    userData: text({ replaces: true, rule: notEmpty, inState: hashed }),
    monitoring: flag({ replaces: true }),
    backups: flag(),
    ipv6: flag(),
    dropletAgent: flag({ replaces: true }),
    publicNetworking: flag({ computed: true, replaces: true }),
    vpcUuid: text({ computed: true, replaces: true, rule: notEmpty }),
    volumeIds: set(text(), { computed: true }),
    tags: set(text({ rule: tagName })),
    resizeDisk: flag({ default: true }),
    gracefulShutdown: flag(),
    backupPolicy: text({ unsupported: true }),
    privateNetworking: flag({ unsupported: true }),
    ipv6Address: text({ unsupported: true, volatile: true }),
    ipv4Address: text({ output: true }),
    ipv4AddressPrivate: text({ output: true }),
    createdAt: text({ output: true }),
    disk: number({ output: true, volatile: true }),
    memory: number({ output: true, volatile: true }),
    vcpus: number({ output: true, volatile: true }),
    priceHourly: number({ output: true, volatile: true }),
    priceMonthly: number({ output: true, volatile: true }),
    dropletUrn: text({ output: true }),
    locked: flag({ output: true }),
    status: text({ output: true }),
  },
  mustReplace: (inputs, state) => state.ipv6 === true && inputs.ipv6 !== true,
  async create({ client, signal, inputs, made }) {
    const answer = await client.call(signal, (api) => api.droplets.post(toDroplet(inputs)));
    // Asked for one droplet, the API answers with one; the client's type has the answer for several besides.
    const { id } = answered(answer !== undefined && "droplet" in answer ? answer.droplet : undefined, "the droplet");
    const dropletId = answered(id, "the droplet's id");
    made(String(dropletId), { dropletUrn: `do:droplet:${dropletId}` });
    const found = await waitUntilUp({ client, signal, id: dropletId });
    return { id: String(dropletId), outs: dropletOuts(found, inState(inputs), inputs.tags) };
  },
  async read({ client, signal, id, state }) {
    const found = await getDroplet(client, signal, Number(id));
    return found === undefined ? undefined : dropletOuts(found, state, []);
  },
  async update({ client, signal, id, inputs, state, changed }) {
    const call = { client, signal, id: Number(id) };
    await changeDroplet(call, { inputs, state, changed });
    // Without a change it is asked again for a droplet whose create or last change failed.
    if (changed.size === 0) await startAgain(call);
    const found = answered(await getDroplet(client, signal, Number(id)), `the droplet ${id}`);
    return dropletOuts(found, inState(inputs), inputs.tags);
  },
  async delete({ client, signal, id, state }) {
    const dropletId = Number(id);
    const unlocked = await waitFor({ client, signal }, `the droplet ${id} to be unlocked`, async (lookSignal) => {
      const found = await getDroplet(client, lookSignal, dropletId);
      return found?.locked === true ? notYet("locked") : { value: found };
    });
    if (unlocked === undefined) return;
    if (state.gracefulShutdown === true) await shutDown({ client, signal, id: dropletId });
    // Its own volume attachments, deleted before it, have taken theirs away already.
    const attached = (state.volumeIds ?? []).filter((volumeId) => unlocked.volumeIds?.includes(volumeId));
    for (const volumeId of attached) await act({ client, signal, type: "detach", dropletId, volumeId });
    await client.find(signal, (api) => api.droplets.byDroplet_id(dropletId).delete());
    await waitFor({ client, signal }, `the droplet ${id} to be gone`, async (lookSignal) => {
      const found = await getDroplet(client, lookSignal, dropletId);
      return found === undefined ? { value: undefined } : notYet(`status ${found.status ?? "unknown"}`);
    });
  },
});
