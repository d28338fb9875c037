import { createHash } from "node:crypto";
import { plainAddress, withinLimits } from "./address-limits.ts";
import type { StoredPolicy, StoredToken } from "./entities.ts";
import { CloudflareError, notPermitted, refusal } from "./errors.ts";
import { permissionGroup, permissionGroups, type PermissionName, type PermissionScope } from "./permission-groups.ts";

/** Resource that a request needs a permission on. A zone names its account, too, because policies may be written by account. */
export type Target =
  | { readonly kind: "user"; readonly id: string }
  | { readonly kind: "account"; readonly id: string }
  | { readonly kind: "zone"; readonly id: string; readonly accountId: string };

/** The token that a request bears, once it has been found good. */
export interface Caller {
  readonly token: StoredToken;
  /** Tells whether the token's policies allow one of the permissions `names` on `target`. */
  may(names: readonly PermissionName[], target: Target): boolean;
  /** Throws the 403 that Cloudflare answers unless {@link may} holds. */
  require(names: readonly PermissionName[], target: Target): void;
}

/** Any permission on a zone lets its holder see that the zone is there. */
export const zonePermissions = namesOfScope("com.cloudflare.api.account.zone");

/**
 * Finds the caller by the `Authorization` header. Throws a {@link CloudflareError} when the header is missing or malformed,
 * when no token has that value, when it is disabled or out of its time, and when it may not be used from `address`.
 */
export function authenticate(
  tokens: readonly StoredToken[],
  request: { authorization: string | undefined; address: string | undefined; now: Date },
): Caller {
  const token = tokens.find(({ value_sha256 }) => value_sha256 === hashTokenValue(bearer(request.authorization)));
  if (token === undefined || statusAt(token, request.now) !== "active" || isTooEarly(token, request.now)) {
    throw refusal(403, 9109, "Invalid access token");
  }
  const limits = token.condition?.request_ip;
  if (limits !== undefined && (request.address === undefined || !withinLimits(limits, request.address))) {
    throw refusal(
      403,
      9109,
      `Cannot use the access token from location: ${plainAddress(request.address ?? "unknown")}`,
    );
  }
  return callerWith(token);
}

/** Hashes a token's value: SHA-256, in hex. */
export function hashTokenValue(value: string): string {
  return createHash("sha256").update(value).digest("hex");
}

/** Finds a token's status at a time: a token past its expiry is `expired`, whatever its owner set. */
export function statusAt(token: StoredToken, now: Date): "active" | "disabled" | "expired" {
  if (token.expires_on !== undefined && Date.parse(token.expires_on) <= now.getTime()) return "expired";
  return token.status;
}

function isTooEarly(token: StoredToken, now: Date): boolean {
  return token.not_before !== undefined && Date.parse(token.not_before) > now.getTime();
}

function bearer(authorization: string | undefined): string {
  if (authorization === undefined) {
    throw refusal(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
  }
  const value = /^Bearer ([\w-]{40,80})$/.exec(authorization)?.[1];
  if (value === undefined) {
    throw new CloudflareError(400, [
      {
        code: 6003,
        message: "Invalid request headers",
        error_chain: [{ code: 6111, message: "Invalid format for Authorization header" }],
      },
    ]);
  }
  return value;
}

function callerWith(token: StoredToken): Caller {
  const may = (names: readonly PermissionName[], target: Target) => {
    const covering = token.policies.filter((policy) => covers(policy, target));
    const effects = (name: PermissionName) =>
      covering.filter((policy) => grants(policy, name)).map(({ effect }) => effect);
    return names.some((name) => effects(name).includes("allow") && !effects(name).includes("deny"));
  };
  return {
    token,
    may,
    require(names, target) {
      if (!may(names, target)) throw notPermitted();
    },
  };
}

function grants(policy: StoredPolicy, name: PermissionName): boolean {
  return policy.permission_groups.some(({ id }) => permissionGroup(id)?.name === name);
}

function covers({ resources }: StoredPolicy, target: Target): boolean {
  return Object.entries(resources).some(([key, value]) => {
    switch (target.kind) {
      case "user":
        return key === `com.cloudflare.api.user.${target.id}` && value === "*";
      case "account":
        return isAccountKey(key, target.id) && value === "*";
      case "zone":
        if (isZoneKey(key, target.id)) return value === "*";
        return (
          isAccountKey(key, target.accountId) &&
          typeof value === "object" &&
          Object.entries(value).some(([nested, all]) => isZoneKey(nested, target.id) && all === "*")
        );
    }
  });
}

function isZoneKey(key: string, zoneId: string): boolean {
  return key === `com.cloudflare.api.account.zone.${zoneId}` || key === "com.cloudflare.api.account.zone.*";
}

function isAccountKey(key: string, accountId: string): boolean {
  return key === `com.cloudflare.api.account.${accountId}` || key === "com.cloudflare.api.account.*";
}

function namesOfScope(scope: PermissionScope): readonly PermissionName[] {
  return permissionGroups.filter(({ scopes }) => scopes.some((one) => one === scope)).map(({ name }) => name);
}
