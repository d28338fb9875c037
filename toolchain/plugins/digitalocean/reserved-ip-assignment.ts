import { number, text } from "../protocol/index.ts";
import { answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { ipv4Address, notZero } from "./input-rules.ts";
import { assign, getReservedIp, unassign } from "./reserved-ip-actions.ts";
import { timedId } from "./timed-id.ts";

/** Assignment of a reserved IP to a droplet. Its id ends in the time of the assignment. */
export const reservedIpAssignment = defineResource({
  token: "digitalocean:index/reservedIpAssignment:ReservedIpAssignment",
  properties: {
    ipAddress: text({ required: true, replaces: true, rule: ipv4Address }),
    dropletId: number({ required: true, replaces: true, rule: notZero }),
  },
  async create({ client, signal, inputs }) {
    const { ipAddress, dropletId } = inputs;
    await assign({ client, signal }, ipAddress, dropletId);
    await client.call(signal, (api) => getReservedIp(api, ipAddress));
    return { id: timedId(String(dropletId), ipAddress), outs: { ipAddress, dropletId } };
  },
  async read({ client, signal, state }) {
    const { ipAddress, dropletId } = state;
    if (typeof ipAddress !== "string" || typeof dropletId !== "number") {
      throw new Error("A reserved IP's assignment cannot be imported: its id does not say what it ties together.");
    }
    // An address that is gone is an error, as in the official plugin: its resource has to be refreshed first.
    const found = await client.call(signal, (api) => getReservedIp(api, ipAddress));
    return found?.droplet?.id === dropletId ? { ipAddress, dropletId } : undefined;
  },
  async delete({ client, signal, state }) {
    const ipAddress = answered(state.ipAddress, "the address");
    const found = await client.find(signal, (api) => getReservedIp(api, ipAddress));
    if (found?.droplet?.id === state.dropletId) await unassign({ client, signal }, ipAddress);
  },
});
