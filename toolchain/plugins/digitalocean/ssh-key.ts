import type { SshKeys } from "@digitalocean/dots/src/dots/models/index.js";
import { text } from "../protocol/index.ts";
import { type DigitalOcean, answered } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { notEmpty } from "./input-rules.ts";

/** An SSH key of the account, put on droplets at their creation. */
export const sshKey = defineResource({
  token: "digitalocean:index/sshKey:SshKey",
  properties: {
    name: text({ autoname: true, rule: notEmpty }),
    publicKey: text({ required: true, replaces: true, rule: notEmpty, isSame: sameButForSpaces }),
    fingerprint: text({ output: true }),
  },
  async create({ client, signal, inputs }) {
    const { name, publicKey } = inputs;
    const made = await client.call(signal, (api) => api.account.keys.post({ name, publicKey }));
    const id = String(answered(made?.sshKey?.id, "the key's id"));
    return { id, outs: outsOf(answered(await getKey(client, signal, id), "the key")) };
  },
  async read({ client, signal, id }) {
    const key = await getKey(client, signal, id);
    return key === undefined ? undefined : outsOf(key);
  },
  async update({ client, signal, id, inputs }) {
    await client.call(signal, (api) => api.account.keys.bySsh_key_identifier(Number(id)).put({ name: inputs.name }));
    return outsOf(answered(await getKey(client, signal, id), "the key"));
  },
  async delete({ client, signal, id }) {
    await client.find(signal, (api) => api.account.keys.bySsh_key_identifier(Number(id)).delete());
  },
});

function sameButForSpaces(one: string, other: string): boolean {
  return one.trim() === other.trim();
}

async function getKey(client: DigitalOcean, signal: AbortSignal, id: string): Promise<SshKeys | undefined> {
  const found = await client.find(signal, (api) => api.account.keys.bySsh_key_identifier(Number(id)).get());
  return found?.sshKey ?? undefined;
}

function outsOf(key: SshKeys) {
  return { name: key.name, publicKey: key.publicKey, fingerprint: key.fingerprint ?? "" };
}
