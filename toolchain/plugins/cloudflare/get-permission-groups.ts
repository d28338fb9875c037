import type { PermissionGroupListResponse } from "cloudflare/resources/user/tokens/permission-groups";
import { text, type Value } from "../protocol/index.ts";
import { defineFunction } from "./definitions.ts";

const filters = { name: text(), scope: text() };

/** `cloudflare.getApiTokenPermissionGroupsList`: what a token of the user may be allowed. */
export const getApiTokenPermissionGroupsList = defineFunction({
  token: "cloudflare:index/getApiTokenPermissionGroupsList:getApiTokenPermissionGroupsList",
  arguments: filters,
  async invoke({ client, args, signal }) {
    const { result } = await client.user.tokens.permissionGroups.list({ ...args }, { signal });
    return { ...args, results: result.map(groupOuts) };
  },
});

/** `cloudflare.getAccountApiTokenPermissionGroupsList`: what a token of an account may be allowed. */
export const getAccountApiTokenPermissionGroupsList = defineFunction({
  token: "cloudflare:index/getAccountApiTokenPermissionGroupsList:getAccountApiTokenPermissionGroupsList",
  arguments: { accountId: text({ required: true }), ...filters },
  async invoke({ client, args, signal }) {
    const { accountId, ...query } = args;
    const params = { account_id: accountId, ...query };
    const { result } = await client.accounts.tokens.permissionGroups.list(params, { signal });
    return { ...args, results: result.map(groupOuts) };
  },
});

function groupOuts({ id = "", name = "", scopes = [] }: PermissionGroupListResponse): Value {
  return { id, name, scopes };
}
