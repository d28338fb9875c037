import { createHash, randomBytes } from "node:crypto";
import { getConnInfo } from "@hono/node-server/conninfo";
import { type Context, Hono } from "hono";
import { createMiddleware } from "hono/factory";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Store } from "../emulation/store.ts";
import { authenticate } from "./access.ts";
import type { ApiEnv, Cloud, IdSource } from "./context.ts";
import { type Account, openState, type StoredRecord, type StoredZone } from "./entities.ts";
import { CloudflareError, type ErrorEntry, refusal } from "./errors.ts";
import { recordRoutes } from "./routes/records.ts";
import { accountTokenRoutes, userTokenRoutes } from "./routes/tokens.ts";
import { zoneRoutes } from "./routes/zones.ts";
import { operatorToken } from "./tokens.ts";

/** Options of {@link createCloudflareApi}. */
export interface CloudflareApiOptions {
  /** Keeps zones, records and tokens. */
  readonly store: Store;
  /** Domains that are zones of the account; those that are not there yet are made. */
  readonly zones: readonly string[];
  /** Value of the first token, which may do everything: 40 to 80 of `A-Z a-z 0-9 _ -`. Its hash alone is kept. */
  readonly operatorToken: string;
  /** Name servers that the zones report. Default: two names under `cloudflare.test`. */
  readonly nameServers?: readonly string[];
  /** Default: a fixed account named `operator`. */
  readonly account?: Account;
  /** Default: the machine's clock. */
  readonly clock?: () => Date;
  /** Default: random. */
  readonly ids?: IdSource;
  /** The caller's address. Default: that of the connection, as @hono/node-server knows it. */
  readonly remoteAddress?: (c: Context) => string | undefined;
}

/** A local Cloudflare. */
export interface CloudflareApi {
  /** Serves Cloudflare's API v4 at `/client/v4`. */
  readonly app: Hono;
  /** The zones with their records, as they are now. */
  zones(): readonly ZoneWithRecords[];
}

/** A zone, its name servers and all its records. */
export interface ZoneWithRecords {
  readonly zone: StoredZone;
  readonly nameServers: readonly string[];
  readonly records: readonly StoredRecord[];
}

/**
 * Makes a Cloudflare account with zones, DNS records and API tokens, whose permissions, address limits and times are enforced.
 * Nothing listens: serve `app` with @hono/node-server. https://developers.cloudflare.com/api/
 */
export function createCloudflareApi(options: CloudflareApiOptions): CloudflareApi {
  const cloud: Cloud = {
    account: options.account ?? defaultAccount,
    state: openState(options.store),
    nameServers: options.nameServers ?? ["ns1.cloudflare.test", "ns2.cloudflare.test"],
    clock: options.clock ?? (() => new Date()),
    ids: options.ids ?? randomIds,
  };
  seed(cloud, options);
  const app = new Hono();
  app.onError(errorResponse);
  app.notFound((c) => envelope(c, 501, [noRoute(c)]));
  app.route("/client/v4", authenticatedRoutes(cloud, options));
  const zones = () =>
    cloud.state.zones.all().map((zone) => ({
      zone,
      nameServers: cloud.nameServers,
      records: cloud.state.records.all().filter(({ zone_id }) => zone_id === zone.id),
    }));
  return { app, zones };
}

const defaultAccount: Account = {
  id: stableId("account"),
  name: "operator",
  userId: stableId("user"),
};

const randomIds: IdSource = {
  id: () => randomBytes(16).toString("hex"),
  tokenValue: () => randomBytes(30).toString("base64url"),
};

/** Makes an id of a name: 32 hex digits, equal in every run, since a zone's id stands in stack configuration and state. */
function stableId(name: string): string {
  return createHash("sha256").update(`imera local cloudflare ${name}`).digest("hex").slice(0, 32);
}

function seed(cloud: Cloud, options: CloudflareApiOptions): void {
  const { zones, tokens } = cloud.state;
  const now = cloud.clock().toISOString();
  for (const name of options.zones) {
    if (zones.all().some((zone) => zone.name === name)) continue;
    const id = stableId(`zone ${name}`);
    zones.put(id, { id, name, created_on: now, modified_on: now });
  }
  const operator = operatorToken(options.operatorToken, cloud);
  if (!tokens.all().some(({ value_sha256 }) => value_sha256 === operator.value_sha256)) {
    tokens.put(operator.id, operator);
  }
}

function authenticatedRoutes(cloud: Cloud, options: CloudflareApiOptions): Hono<ApiEnv> {
  const remoteAddress = options.remoteAddress ?? ((c: Context) => getConnInfo(c).remote.address);
  const app = new Hono<ApiEnv>();
  app.use(
    createMiddleware<ApiEnv>(async (c, next) => {
      const request = { authorization: c.req.header("Authorization"), address: remoteAddress(c), now: cloud.clock() };
      c.set("caller", authenticate(cloud.state.tokens.all(), request));
      await next();
      // A change is answered once it is durable.
      if (c.req.method !== "GET") await options.store.flush();
    }),
  );
  app.route("/", zoneRoutes(cloud));
  app.route("/zones/:zone/dns_records", recordRoutes(cloud));
  app.route("/user/tokens", userTokenRoutes(cloud));
  app.route("/accounts/:account/tokens", accountTokenRoutes(cloud));
  return app;
}

function errorResponse(error: Error, c: Context): Response {
  if (!(error instanceof CloudflareError)) {
    return envelope(c, 500, [{ code: 10013, message: `The local Cloudflare failed: ${error.message}` }]);
  }
  // The route that tells whether a token is good has an answer of its own for one that is not.
  const isVerification = c.req.path.endsWith("/tokens/verify") && error.message === "9109: Invalid access token";
  const { status, errors } = isVerification ? refusal(401, 1000, "Invalid API Token") : error;
  return envelope(c, status, errors);
}

function noRoute(c: Context): ErrorEntry {
  const message = `The local Cloudflare does not know ${c.req.method} ${c.req.path}: it serves zones, DNS records and API tokens.`;
  return { code: 7000, message };
}

function envelope(c: Context, status: ContentfulStatusCode, errors: readonly ErrorEntry[]): Response {
  // Cloudflare's clients retry a 5xx for minutes unless they are told not to.
  c.header("x-should-retry", "false");
  return c.json({ success: false, errors, messages: [], result: null }, status);
}
