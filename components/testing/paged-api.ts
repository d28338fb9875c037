import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { ApiConfiguration } from "../vendors/cloud-api.ts";

/** Resources by the path of their list, such as `/v2/droplets` or `/client/v4/user/tokens`. Changed by DELETE requests. */
export type Lists = Record<string, readonly Readonly<Record<string, unknown>>[]>;

/** HTTP server that answers lists in pages as DigitalOcean (`/v2/…`) and Cloudflare (`/client/v4/…`) do. */
export interface PagedApi extends AsyncDisposable {
  /** Without a slash at the end: `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** Requests in order, such as `GET /v2/droplets?per_page=200`. */
  readonly requests: string[];
  /** Settings of a stack that uses the server, by full name. */
  readonly setting: (name: string) => Promise<string | undefined>;
  /** Ways to the server as each cloud's API. */
  readonly digitalocean: ApiConfiguration;
  readonly cloudflare: ApiConfiguration;
}

/** Answers of a {@link PagedApi} that are not lists, and faults that it has. */
export interface PagedApiOptions {
  /** Resources on each page, whatever is asked for. Default: 200. */
  readonly pageSize?: number;
  /** Host in links to a next page. Default: the server's own. */
  readonly linkTo?: string;
  /** Bodies by path, such as `/v2/account`. */
  readonly single?: Readonly<Record<string, object>>;
  /** Status by path of requests that are refused. */
  readonly refused?: Readonly<Record<string, number>>;
}

/** Serves lists in pages. */
export async function startPagedApi(lists: Lists, options: PagedApiOptions = {}): Promise<PagedApi> {
  const { pageSize = 200, linkTo = "", single = {}, refused = {} } = options;
  const requests: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const url = new URL(request.url ?? "", `http://${request.headers.host ?? ""}`);
    requests.push(`${request.method ?? ""} ${url.pathname}${url.search}`);
    const found = single[url.pathname] ?? page(lists, url, { pageSize, linkTo });
    const answer = request.method === "DELETE" ? remove(lists, url.pathname) : found;
    const status = refused[url.pathname] ?? (answer === undefined ? 404 : 200);
    response.writeHead(status).end(JSON.stringify(answer ?? {}));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings: Readonly<Record<string, string>> = {
    "digitalocean:token": "dop",
    "digitalocean:apiEndpoint": origin,
    "cloudflare:apiToken": "cf",
    "cloudflare:baseUrl": `${origin}/client/v4`,
  };
  return {
    origin,
    requests,
    digitalocean: { token: "dop", address: origin },
    cloudflare: { token: "cf", address: `${origin}/client/v4` },
    setting: (name) => Promise.resolve(settings[name]),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function page(lists: Lists, url: URL, { pageSize, linkTo }: { readonly pageSize: number; readonly linkTo: string }) {
  const list = lists[url.pathname];
  if (list === undefined) return undefined;
  const number = Number(url.searchParams.get("page") ?? 1);
  const items = list.slice((number - 1) * pageSize, number * pageSize);
  const pages = Math.ceil(list.length / pageSize);
  if (url.pathname.startsWith("/client/")) {
    const info = {
      page: number,
      per_page: pageSize,
      count: items.length,
      total_count: list.length,
      total_pages: pages,
    };
    return { success: true, result: items, result_info: info };
  }
  const next = new URL(url.pathname + url.search, linkTo === "" ? url.origin : linkTo);
  next.searchParams.set("page", String(number + 1));
  const links = number < pages ? { pages: { next: next.href } } : {};
  return { [listKeys[url.pathname] ?? url.pathname.slice("/v2/".length)]: items, links, meta: { total: list.length } };
}

const listKeys: Readonly<Record<string, string>> = {
  "/v2/account/keys": "ssh_keys",
  "/v2/spaces/keys": "keys",
  "/v2/uptime/checks": "checks",
  "/v2/monitoring/alerts": "policies",
};

function remove(lists: Lists, path: string): object | undefined {
  const [, list = "", id] = /^(.*)\/([^/]+)$/.exec(path) ?? [];
  const found = lists[list];
  if (found === undefined) return undefined;
  lists[list] = found.filter((item) => ![item["id"], item["access_key"], item["name"]].map(String).includes(id ?? ""));
  return {};
}
