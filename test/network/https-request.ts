import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { type Cloud, lookUpAddress } from "./cloud.ts";

/** Answer to {@link httpsRequest}. With status 101 the body is empty. */
export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Method, headers and body of a request. Default: GET without a body. */
export interface HttpsRequestOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

/** One request, the host looked up at the local cloud's DNS and its certificate verified against the ACME root. */
export async function httpsRequest(cloud: Cloud, url: string, options: HttpsRequestOptions = {}): Promise<HttpsAnswer> {
  const { hostname, port, pathname, search } = new URL(url);
  const outgoing = request({
    host: await lookUpAddress(cloud, hostname),
    port: port === "" ? 443 : Number(port),
    path: `${pathname}${search}`,
    method: options.method ?? "GET",
    headers: { host: hostname, ...options.headers },
    servername: hostname,
    ca: cloud.trustedRoots,
    agent: false,
    timeout: 10_000,
  });
  outgoing.end(options.body);
  const [answer] = (await Promise.race([
    once(outgoing, "response"),
    once(outgoing, "upgrade"),
    once(outgoing, "timeout").then(() => Promise.reject(new Error(`${url}: no answer in 10 s`))),
  ])) as [IncomingMessage];
  const status = answer.statusCode ?? 0;
  const body = status === 101 ? "" : await text(answer);
  outgoing.destroy();
  return { status, headers: answer.headers, body };
}
