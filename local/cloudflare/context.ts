import type { Context, Env } from "hono";
import type { Caller } from "./access.ts";
import type { Account, CloudflareState, StoredZone } from "./entities.ts";
import { noSuchObject, notPermitted } from "./errors.ts";
import { zonePermissions } from "./access.ts";

/** State and sources of one local Cloudflare, shared by its handlers. */
export interface Cloud {
  readonly account: Account;
  readonly state: CloudflareState;
  readonly nameServers: readonly string[];
  readonly clock: () => Date;
  readonly ids: IdSource;
}

/** Source of new ids and token values. */
export interface IdSource {
  /** 32 hex digits. */
  id(): string;
  /** 40 characters of `A-Z a-z 0-9 _ -`, not to be guessed. */
  tokenValue(): string;
}

/** Variables of hono's context that the authentication sets for the handlers. */
export interface ApiEnv extends Env {
  Variables: { caller: Caller };
}

/** Cloudflare's envelope round a result. */
export interface Envelope<T> {
  success: true;
  errors: [];
  messages: { code: number; message: string }[];
  result: T;
  result_info?: { page: number; per_page: number; count: number; total_count: number; total_pages: number };
}

/** Puts a single result into Cloudflare's envelope. */
export function success<T>(result: T, messages: Envelope<T>["messages"] = []): Envelope<T> {
  return { success: true, errors: [], messages, result };
}

/** Puts one page of `items` into the envelope, by the query's `page` (from 1) and `per_page` (1 to 5000). A page behind the last is empty. */
export function page<T>(c: Context, items: readonly T[], perPageDefault: number): Envelope<T[]> {
  const number = positive(c.req.query("page")) ?? 1;
  const size = Math.min(positive(c.req.query("per_page")) ?? perPageDefault, 5000);
  const result = items.slice((number - 1) * size, number * size);
  return {
    ...success(result),
    result_info: {
      page: number,
      per_page: size,
      count: result.length,
      total_count: items.length,
      total_pages: Math.ceil(items.length / size),
    },
  };
}

/** Finds the zone that the path names. Throws Cloudflare's refusal for an id that is none, and for a zone that the caller may not know of. */
export function visibleZone(cloud: Cloud, c: Context<ApiEnv>, zoneId: string): StoredZone {
  if (!/^[0-9a-f]{32}$/.test(zoneId)) throw noSuchObject(c.req.path);
  const zone = cloud.state.zones.get(zoneId);
  if (zone === undefined || !mayKnow(cloud, c, zone)) throw notPermitted();
  return zone;
}

/** Tells whether the caller has any permission on the zone, which is what it takes to know that the zone is there. */
export function mayKnow(cloud: Cloud, c: Context<ApiEnv>, zone: StoredZone): boolean {
  return c.get("caller").may(zonePermissions, { kind: "zone", id: zone.id, accountId: cloud.account.id });
}

/** Writes the time now as the API does: ISO 8601 in UTC. */
export function timestamp(cloud: Cloud): string {
  return cloud.clock().toISOString();
}

function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}
