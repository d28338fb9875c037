import { text } from "../protocol/index.ts";
import { orGone } from "./client.ts";
import { defineResource } from "./definitions.ts";
import { tokenBody, tokenOuts, tokenProperties } from "./token-policies.ts";
import { afterChange } from "./wire-form.ts";

/** `cloudflare.AccountToken`: a token of the account, not of one of its users. */
export const accountToken = defineResource({
  token: "cloudflare:index/accountToken:AccountToken",
  properties: { accountId: text({ required: true, replaces: true }), ...tokenProperties },
  async create({ client, inputs, signal }) {
    const { accountId, ...token } = inputs;
    const { value = null, ...made } = await client.accounts.tokens.create(
      { account_id: accountId, ...tokenBody(token) },
      { signal },
    );
    return { id: made.id ?? "", outs: { accountId, ...afterChange(tokenProperties, tokenOuts(made, value), token) } };
  },
  async read({ client, id, state, signal }) {
    const { accountId } = state;
    if (accountId === undefined || accountId === null) {
      throw new Error("An account token cannot be imported by this stand-in: its account is not known.");
    }
    const token = await orGone(client.accounts.tokens.get(id, { account_id: accountId }, { signal }));
    return token && { accountId, ...tokenOuts(token, state.value ?? null) };
  },
  async update({ client, id, inputs, state, signal }) {
    const { accountId, ...token } = inputs;
    const body = { account_id: accountId, ...tokenBody(token) };
    const changed = await client.accounts.tokens.update(id, body, { signal });
    return { accountId, ...afterChange(tokenProperties, tokenOuts(changed, state.value ?? null), token) };
  },
  async delete({ client, id, state, signal }) {
    await orGone(client.accounts.tokens.delete(id, { account_id: state.accountId ?? "" }, { signal }));
  },
});
