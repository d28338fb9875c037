import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";

/** Answer to {@link httpsAt}. With status 101 the body is empty. */
export interface HttpsAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Method, headers, body and trust of a request. Default: GET without a body. */
export interface HttpsOptions {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** Certificate authorities in PEM. */
  readonly ca: string | readonly string[];
  /** Default: 10,000. */
  readonly timeoutMs?: number;
}

/** Makes one request at `address`, whatever the DNS says of the URL's host, for whose name the certificate is verified. */
export async function httpsAt(address: string, url: string, options: HttpsOptions): Promise<HttpsAnswer> {
  const { hostname, port, pathname, search } = new URL(url);
  const { method = "GET", headers, body, ca, timeoutMs = 10_000 } = options;
  const outgoing = request({
    host: address,
    port: port === "" ? 443 : Number(port),
    path: `${pathname}${search}`,
    method,
    headers: { host: hostname, ...headers },
    servername: hostname,
    ca: [ca].flat(),
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
  });
  outgoing.end(body);
  try {
    const [answer] = (await Promise.race([once(outgoing, "response"), once(outgoing, "upgrade")])) as [IncomingMessage];
    const status = answer.statusCode ?? 0;
    const isUpgraded = status === 101;
    // The request no longer has this connection, which would keep the process for as long as the server likes.
    if (isUpgraded) answer.socket.destroy();
    return { status, headers: answer.headers, body: isUpgraded ? "" : await text(answer) };
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "AbortError") throw error;
    throw new Error(`${url}: no answer within ${timeoutMs / 1000} s`, { cause: error });
  } finally {
    outgoing.destroy();
  }
}
