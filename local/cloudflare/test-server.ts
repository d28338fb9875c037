import { once } from "node:events";
import { serve } from "@hono/node-server";
import Cloudflare from "cloudflare";
import type { Context } from "hono";
import { memoryStore, type Store } from "../emulation/store.ts";
import { type CloudflareApi, createCloudflareApi } from "./index.ts";

/** A local Cloudflare on a port of its own, for tests; it ends with `await using`. */
export interface TestServer extends AsyncDisposable {
  readonly api: CloudflareApi;
  /** `http://127.0.0.1:<port>/client/v4`. */
  readonly url: string;
  /** The vendor's client, with the operator's token or another. */
  client(token?: string): Cloudflare;
}

/** Value of the test server's first token, which may do everything. */
export const operatorToken = "operator-token-of-the-tests-0123456789abc";

/** Starts a server with the zones example.org and example.net. */
export async function startTestServer(
  options: { store?: Store; clock?: () => Date; remoteAddress?: (c: Context) => string } = {},
): Promise<TestServer> {
  const { store = memoryStore(), ...rest } = options;
  const api = createCloudflareApi({ store, zones: ["example.org", "example.net"], operatorToken, ...rest });
  const server = serve({ fetch: api.app.fetch, hostname: "127.0.0.1", port: 0 });
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The test server has no TCP port.");
  const url = `http://127.0.0.1:${address.port}/client/v4`;
  return {
    api,
    url,
    client: (token = operatorToken) => new Cloudflare({ apiToken: token, baseURL: url, maxRetries: 0 }),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      if ("closeAllConnections" in server) server.closeAllConnections();
      await closed;
    },
  };
}
