import { type AddressInfo } from "node:net";
import { type IncomingMessage, createServer } from "node:http";
import { text } from "node:stream/consumers";

/** A request as the plugin made it. */
export interface StubRequest {
  readonly method: string;
  /** Path with its query. */
  readonly path: string;
  /** Host of a request that came as to a proxy; undefined for others. */
  readonly host?: string;
  /** The rights that S3's header for them gives. */
  readonly acl?: string;
  /** Parsed, where it is JSON. */
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** Answer of a stub to one request. */
export interface StubAnswer {
  /** HTTP status. */
  readonly status: number;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** A vendor's API that remembers. */
export interface StubApi {
  /** Root of the API, without a slash at the end. */
  readonly url: string;
  /** Takes the requests made since the last call. */
  takeRequests(): readonly (StubRequest & { readonly status: number })[];
  stop(): Promise<void>;
}

/** Starts a stub on a free port of loopback; `answer` is the vendor. */
export async function startStubApi(answer: (request: StubRequest) => StubAnswer): Promise<StubApi> {
  let taken: (StubRequest & { status: number })[] = [];
  const server = createServer((incoming, outgoing) => {
    void readRequest(incoming).then((request) => {
      const { status, body } = answer(request);
      taken.push({ ...request, status });
      outgoing.writeHead(status, { "content-type": typeof body === "string" ? "application/xml" : "application/json" });
      outgoing.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    takeRequests() {
      const requests = taken;
      taken = [];
      return requests;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<StubRequest> {
  const sent = await text(incoming);
  const { method = "", url = "", headers } = incoming;
  const acl = headers["x-amz-acl"];
  return {
    method,
    ...targetOf(url),
    ...(typeof acl === "string" ? { acl } : {}),
    body: sent === "" ? undefined : sent.startsWith("<") ? sent : JSON.parse(sent),
    headers,
  };
}

function targetOf(url: string): Pick<StubRequest, "host" | "path"> {
  if (url.startsWith("/")) return { path: url };
  const { host, pathname, search } = new URL(url);
  return { host, path: pathname + search };
}
