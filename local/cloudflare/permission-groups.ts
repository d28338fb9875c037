/** A permission that a token's policy may grant, as `GET user/tokens/permission_groups` lists it. */
export interface PermissionGroup {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly PermissionScope[];
}

/** Kind of resource that a permission is about. */
export type PermissionScope =
  "com.cloudflare.api.account.zone" | "com.cloudflare.api.account" | "com.cloudflare.api.user";

/** The permissions that the local Cloudflare knows, with the ids that they have at Cloudflare. */
export const permissionGroups = [
  { id: "4755a26eedb94da69e1066d98aa820be", name: "DNS Write", scopes: ["com.cloudflare.api.account.zone"] },
  { id: "82e64a83756745bbbb1c9c2701bf816b", name: "DNS Read", scopes: ["com.cloudflare.api.account.zone"] },
  { id: "c8fed203ed3043cba015a93ad1616f1f", name: "Zone Read", scopes: ["com.cloudflare.api.account.zone"] },
  { id: "686d18d5ac6c441c867cbf6771e58a0a", name: "API Tokens Write", scopes: ["com.cloudflare.api.user"] },
  { id: "0cc3a61731504c89b99ec1be78b77aa0", name: "API Tokens Read", scopes: ["com.cloudflare.api.user"] },
  { id: "5bc3f8b21c554832afc660159ab75fa4", name: "Account API Tokens Write", scopes: ["com.cloudflare.api.account"] },
  { id: "eb56a6953c034b9d97dd838155666f06", name: "Account API Tokens Read", scopes: ["com.cloudflare.api.account"] },
] as const satisfies readonly PermissionGroup[];

/** Name of one of {@link permissionGroups}. */
export type PermissionName = (typeof permissionGroups)[number]["name"];

/** The permission with that id, or undefined. */
export function permissionGroup(id: string): (typeof permissionGroups)[number] | undefined {
  return permissionGroups.find((group) => group.id === id);
}
