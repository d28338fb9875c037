import type { Token } from "cloudflare/resources/shared";
import type { z } from "zod";
import { hashTokenValue, statusAt } from "./access.ts";
import { type Cloud, timestamp } from "./context.ts";
import type { StoredToken } from "./entities.ts";
import { permissionGroup, permissionGroups } from "./permission-groups.ts";
import type { tokenBody } from "./schemas.ts";

type TokenBody = z.infer<typeof tokenBody>;

/** A token and the value by which it is used, which is told once. */
export interface TokenWithValue {
  readonly token: StoredToken;
  readonly value: string;
}

/** Makes a new token of `owner` (`user`, or an account's id) with a new value. */
export function newToken(body: TokenBody, owner: string, cloud: Cloud): TokenWithValue {
  const now = timestamp(cloud);
  const value = cloud.ids.tokenValue();
  const made = { id: cloud.ids.id(), owner, value_sha256: hashTokenValue(value), issued_on: now, modified_on: now };
  return { token: { ...made, ...settingsOf(body, cloud) }, value };
}

/** Makes the token that replaces `old`: all fields from the body, the value stays. */
export function changedToken(old: StoredToken, body: TokenBody, cloud: Cloud): StoredToken {
  const { id, owner, value_sha256, issued_on } = old;
  return { id, owner, value_sha256, issued_on, modified_on: timestamp(cloud), ...settingsOf(body, cloud) };
}

/** Gives a token another value. The old value is worth nothing from then on. */
export function rolledToken(old: StoredToken, cloud: Cloud): TokenWithValue {
  const value = cloud.ids.tokenValue();
  return { token: { ...old, value_sha256: hashTokenValue(value) }, value };
}

/** Makes the operator's first token, which may do everything in the account and whose value is known beforehand. */
export function operatorToken(value: string, cloud: Cloud): StoredToken {
  const { token } = newToken(
    {
      name: "operator",
      policies: [
        {
          effect: "allow",
          permission_groups: permissionGroups.map(({ id }) => ({ id })),
          resources: {
            "com.cloudflare.api.account.zone.*": "*",
            [`com.cloudflare.api.account.${cloud.account.id}`]: "*",
            [`com.cloudflare.api.user.${cloud.account.userId}`]: "*",
          },
        },
      ],
    },
    "user",
    cloud,
  );
  return { ...token, value_sha256: hashTokenValue(value) };
}

/** Shows a token as the API does: never with its value. */
export function tokenResponse(stored: StoredToken, now: Date): Token {
  const { id, name, policies, condition, expires_on, not_before, issued_on, modified_on } = stored;
  return {
    id,
    name,
    // The vendor's type has resources either flat or nested; the API takes and returns a mixture too.
    policies: policies as NonNullable<Token["policies"]>,
    status: statusAt(stored, now),
    issued_on,
    modified_on,
    ...(condition === undefined ? {} : { condition: condition as NonNullable<Token["condition"]> }),
    ...(expires_on === undefined ? {} : { expires_on }),
    ...(not_before === undefined ? {} : { not_before }),
  };
}

function settingsOf(body: TokenBody, cloud: Cloud) {
  const policies = body.policies.map(({ effect, permission_groups, resources }) => ({
    id: cloud.ids.id(),
    effect,
    permission_groups: permission_groups.map(({ id }) => ({ id, name: permissionGroup(id)?.name ?? "" })),
    resources,
  }));
  const { name, condition, expires_on, not_before, status } = body;
  return {
    name,
    policies,
    status: status ?? "active",
    ...(condition === undefined ? {} : { condition }),
    ...(expires_on === undefined ? {} : { expires_on }),
    ...(not_before === undefined ? {} : { not_before }),
  };
}
