import type { TokenCreateResponse, TokenDeleteResponse, TokenVerifyResponse } from "cloudflare/resources/user/tokens";
import { type Context, Hono } from "hono";
import { statusAt, type Target } from "../access.ts";
import { type ApiEnv, type Cloud, page, success, timestamp } from "../context.ts";
import type { StoredToken } from "../entities.ts";
import { noSuchObject, refusal } from "../errors.ts";
import { permissionGroups, type PermissionName } from "../permission-groups.ts";
import { readBody, tokenBody } from "../schemas.ts";
import { changedToken, newToken, rolledToken, tokenResponse } from "../tokens.ts";

/** Whose tokens a set of routes is about, and what one must be allowed to do to see or change them. */
interface TokenOwner {
  readonly owner: string;
  readonly target: Target;
  readonly readers: readonly PermissionName[];
  readonly writers: readonly PermissionName[];
  readonly scopes: readonly string[];
}

/** `user/tokens`: https://developers.cloudflare.com/api/resources/user/subresources/tokens/ */
export function userTokenRoutes(cloud: Cloud): Hono<ApiEnv> {
  return tokenRoutes(cloud, () => ({
    owner: "user",
    target: { kind: "user", id: cloud.account.userId },
    readers: ["API Tokens Read", "API Tokens Write"],
    writers: ["API Tokens Write"],
    scopes: ["com.cloudflare.api.user", "com.cloudflare.api.account", "com.cloudflare.api.account.zone"],
  }));
}

/** `accounts/{id}/tokens`: https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/ */
export function accountTokenRoutes(cloud: Cloud): Hono<ApiEnv> {
  return tokenRoutes(cloud, (c) => {
    const id = c.req.param("account") ?? "";
    if (id !== cloud.account.id) throw noSuchObject(c.req.path);
    return {
      owner: id,
      target: { kind: "account", id },
      readers: ["Account API Tokens Read", "Account API Tokens Write"],
      writers: ["Account API Tokens Write"],
      scopes: ["com.cloudflare.api.account", "com.cloudflare.api.account.zone"],
    };
  });
}

function tokenRoutes(cloud: Cloud, ownerOf: (c: Context<ApiEnv>) => TokenOwner): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  app.get("/verify", (c) => {
    const { token } = c.get("caller");
    if (token.owner !== ownerOf(c).owner) throw refusal(401, 1000, "Invalid API Token");
    const { id, expires_on, not_before } = token;
    const result: TokenVerifyResponse = {
      id,
      status: statusAt(token, cloud.clock()),
      ...(expires_on === undefined ? {} : { expires_on }),
      ...(not_before === undefined ? {} : { not_before }),
    };
    return c.json(success(result, [{ code: 10000, message: "This API Token is valid and active" }]));
  });
  app.get("/permission_groups", (c) => {
    const { target, readers, scopes } = ownerOf(c);
    c.get("caller").require(readers, target);
    const { name, scope } = c.req.query();
    const groups = permissionGroups
      .filter((group) => group.scopes.some((one) => scopes.includes(one) && (scope === undefined || one === scope)))
      .filter((group) => name === undefined || group.name === name);
    return c.json(success(groups));
  });
  addTokenCrud(app, cloud, ownerOf);
  return app;
}

function addTokenCrud(app: Hono<ApiEnv>, cloud: Cloud, ownerOf: (c: Context<ApiEnv>) => TokenOwner): void {
  const { tokens } = cloud.state;
  const permitted = (c: Context<ApiEnv>, change: "readers" | "writers") => {
    const owner = ownerOf(c);
    c.get("caller").require(owner[change], owner.target);
    return owner.owner;
  };
  const tokenFor = (c: Context<ApiEnv>, change: "readers" | "writers") => {
    const owner = permitted(c, change);
    const token = tokens.get(c.req.param("token") ?? "");
    if (token?.owner !== owner) throw refusal(404, 1001, "Token not found");
    return token;
  };
  const told = (token: StoredToken) => tokenResponse(token, cloud.clock());

  app.get("/", (c) => {
    const owner = permitted(c, "readers");
    const mine = tokens.all().filter((token) => token.owner === owner);
    return c.json(page(c, mine.map(told), 20));
  });
  app.post("/", async (c) => {
    const owner = permitted(c, "writers");
    const { token, value } = newToken(await readBody(c.req, tokenBody), owner, cloud);
    const result: TokenCreateResponse = { ...told(tokens.put(token.id, token)), value };
    return c.json(success(result));
  });
  app.get("/:token", (c) => c.json(success(told(tokenFor(c, "readers")))));
  app.put("/:token", async (c) => {
    const old = tokenFor(c, "writers");
    const token = changedToken(old, await readBody(c.req, tokenBody), cloud);
    return c.json(success(told(tokens.put(token.id, token))));
  });
  app.put("/:token/value", (c) => {
    const { token, value } = rolledToken(tokenFor(c, "writers"), cloud);
    tokens.put(token.id, { ...token, modified_on: timestamp(cloud) });
    return c.json(success(value));
  });
  app.delete("/:token", (c) => {
    const { id } = tokenFor(c, "writers");
    tokens.delete(id);
    return c.json(success<TokenDeleteResponse>({ id }));
  });
}
