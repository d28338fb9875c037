import { z } from "zod";
import { isUnreachable } from "../../host/error.ts";
import { fromEnvironment, vendorKeys } from "../settings/vendor-keys.ts";

/** API of one cloud, with the stack's own token. Paths are relative to the API's version, such as `droplets/7`. */
export interface CloudApi {
  /** Resolves to the body, undefined where the answer is "not found"; rejects with the API's words otherwise. */
  get(path: string): Promise<unknown>;
  /**
   * Resolves to the resources of all pages of a list; `key` names the list in the body. Empty where the answer is "not found".
   * Rejects with the API's words, and when a page names a next one on another host: the token goes nowhere else.
   */
  list(path: string, key: string): Promise<readonly ListedResource[]>;
  /** Makes a resource, or starts an action. Resolves to the answer's body; rejects with the API's words. */
  post(path: string, body: object): Promise<unknown>;
  /** Resolves too when there is nothing to delete. */
  remove(path: string): Promise<void>;
}

/** A resource in a list, with the API's own field names. */
export type ListedResource = Readonly<Record<string, unknown>>;

/** Way to a cloud's API as the configuration of its plugin names it. Undefined: what the plugin takes by itself. */
export interface ApiConfiguration {
  /** Secret. */
  readonly token: string | undefined;
  /** Address of the API. */
  readonly address: string | undefined;
}

/** DigitalOcean's API as its plugin reaches it; paths follow `/v2/`. Throws a {@link MissingToken} where there is no token. */
export function digitaloceanApi({ token, address = "https://api.digitalocean.com" }: ApiConfiguration): CloudApi {
  return cloudApi({
    cloud: "DigitalOcean",
    base: `${address.replace(/\/$/, "")}/v2/`,
    token: token ?? fromEnvironment(vendorKeys.digitaloceanToken),
    nextPage: linkedPage,
  });
}

/** Cloudflare's API as its plugin reaches it; paths follow `/client/v4/`. Throws a {@link MissingToken} where there is no token. */
export function cloudflareApi({ token, address = "https://api.cloudflare.com/client/v4" }: ApiConfiguration): CloudApi {
  return cloudApi({
    cloud: "Cloudflare",
    base: `${address.replace(/\/$/, "")}/`,
    token: token ?? fromEnvironment(vendorKeys.cloudflareToken),
    nextPage: numberedPage,
  });
}

/** Refusal to ask a cloud without a token of its API. */
export class MissingToken extends Error {
  override readonly name = "MissingToken";

  constructor(cloud: string) {
    super(`There is no API token for ${cloud} in the stack's settings.`);
  }
}

interface ApiDescription {
  /** Name for error messages. */
  readonly cloud: string;
  /** URL that paths are appended to; ends with a slash. */
  readonly base: string;
  readonly token: string | undefined;
  /** URL of the page after the one at `url` with this body; undefined after the last. */
  readonly nextPage: (body: unknown, url: URL) => URL | undefined;
}

function cloudApi({ cloud, base, token, nextPage }: ApiDescription): CloudApi {
  if (token === undefined) throw new MissingToken(cloud);
  const request = async (method: "GET" | "DELETE" | "POST", url: URL, body?: object): Promise<unknown> => {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      signal: AbortSignal.timeout(requestTimeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 404 && method !== "POST") return undefined;
    const asked = `${cloud}: ${method} ${url.href}`;
    if (!response.ok) throw new CloudError(asked, response.status, text);
    const answer = text === "" ? {} : fromJson(text, asked);
    // Cloudflare refuses with status 200, too: nothing in `result`, the reason in `errors`.
    if (refusalForm.safeParse(answer).success) throw new CloudError(asked, response.status, text);
    return answer;
  };
  const list = async (path: string, key: string) => {
    const found: ListedResource[] = [];
    const asked = new Set<string>();
    for (let url: URL | undefined = new URL(`${base}${path}`); url !== undefined;) {
      if (asked.has(url.href)) throw new Error(`${cloud}: the list ${path} never ends: ${url.href} comes again.`);
      asked.add(url.href);
      const body = await request("GET", url);
      if (body === undefined) return found;
      found.push(...listIn(body, key, url));
      url = sameHost(nextPage(body, url), url);
    }
    return found;
  };
  return {
    get: (path) => request("GET", new URL(`${base}${path}`)),
    list,
    post: (path, body) => request("POST", new URL(`${base}${path}`), body),
    remove: async (path) => {
      await request("DELETE", new URL(`${base}${path}`));
    },
  };
}

const requestTimeoutMs = 30_000;
const refusalForm = z.object({ success: z.literal(false) });

function fromJson(text: string, request: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const beginning = JSON.stringify(text.slice(0, 80));
    throw new Error(
      `${request}: the answer is no JSON, but begins with ${beginning}. Is this the address of the API?`,
      {
        cause,
      },
    );
  }
}

/** Refusal by a cloud's API. The message holds the request, the HTTP status and the beginning of the body. */
export class CloudError extends Error {
  override readonly name = "CloudError";
  readonly status: number;

  constructor(request: string, status: number, body: string) {
    super(`${request}: ${status} ${body.slice(0, 300)}`);
    this.status = status;
  }
}

/** Says whether a request may go well if it is made again: nobody answered, or the API is busy or broken (429, 5xx). */
export function isTransient(error: unknown): boolean {
  return isUnreachable(error) || (error instanceof CloudError && (error.status === 429 || error.status >= 500));
}

function listIn(body: unknown, key: string, url: URL): readonly ListedResource[] {
  const list = z.looseObject({ [key]: z.array(z.record(z.string(), z.unknown())).nullable() }).safeParse(body);
  if (list.success) return list.data[key] ?? [];
  throw new Error(`The answer of ${url.href} has no list "${key}". Is this the address of the API?`);
}

/** Throws for a page on another host, or without TLS where the first had it: it would get the token. */
function sameHost(next: URL | undefined, url: URL): URL | undefined {
  if (next === undefined || next.origin === url.origin) return next;
  throw new Error(
    `${url.href} says that its next page is at ${next.origin}. That is not asked: it would get the token.`,
  );
}

const linksForm = z.object({
  links: z.object({ pages: z.object({ next: z.string().optional() }).nullish() }).nullish(),
});

/** https://docs.digitalocean.com/reference/api/ ("Links & Pagination"): a page names the next one. */
function linkedPage(body: unknown, url: URL): URL | undefined {
  const next = linksForm.parse(body).links?.pages?.next;
  return next === undefined ? undefined : new URL(next, url);
}

const resultInfoForm = z.object({
  result_info: z
    .object({
      page: z.number(),
      per_page: z.number().optional(),
      total_count: z.number().optional(),
      total_pages: z.number().optional(),
    })
    .nullish(),
});

/** https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/ ("Pagination"): a page says how many there are. */
function numberedPage(body: unknown, url: URL): URL | undefined {
  const info = resultInfoForm.parse(body).result_info;
  if (info === undefined || info === null) return undefined;
  const { page, per_page: perPage, total_count: totalCount, total_pages: totalPages } = info;
  const pages = totalPages ?? Math.ceil((totalCount ?? 0) / (perPage ?? Infinity));
  if (page >= pages) return undefined;
  const next = new URL(url);
  next.searchParams.set("page", String(page + 1));
  return next;
}
