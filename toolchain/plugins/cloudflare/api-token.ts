import { orGone } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { tokenBody, tokenOuts, tokenProperties } from "./token-policies.ts";
import { afterChange } from "./wire-form.ts";

/** `cloudflare.ApiToken`: a token of the user. */
export const apiToken = defineResource({
  token: "cloudflare:index/apiToken:ApiToken",
  properties: tokenProperties,
  async create({ client, inputs, signal }) {
    const { value = null, ...made } = await client.user.tokens.create(tokenBody(inputs), { signal });
    return { id: made.id ?? "", outs: afterChange(tokenProperties, tokenOuts(made, value), inputs) };
  },
  async read({ client, id, state, signal }) {
    const token = await orGone(client.user.tokens.get(id, { signal }));
    return token && tokenOuts(token, state.value ?? null);
  },
  async update({ client, id, inputs, state, signal }) {
    const changed = await client.user.tokens.update(id, tokenBody(inputs), { signal });
    return afterChange(tokenProperties, tokenOuts(changed, state.value ?? null), inputs);
  },
  async delete({ client, id, signal }) {
    await orGone(client.user.tokens.delete(id, { signal }));
  },
});
