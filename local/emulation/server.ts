import { createServer, type Server } from "node:http";
import { getRequestListener, type Http2Bindings, type HttpBindings } from "@hono/node-server";

/** An HTTP server that is listening. */
export interface HttpServer {
  /** Base URL without a trailing slash: `http://10.99.1.1:8080`. */
  readonly url: string;
  readonly port: number;
  /** Stops listening, waits for the requests under way, closes the connections. */
  close(): Promise<void>;
}

/**
 * Serves `app` (a hono app, or anything with `fetch`) on `hostname`; port 0 takes a free one. Rejects with an error that says
 * which address could not be had.
 */
export async function startHttpServer(options: {
  readonly app: { fetch(request: Request, bindings: HttpBindings | Http2Bindings): Response | Promise<Response> };
  readonly hostname: string;
  readonly port: number;
}): Promise<HttpServer> {
  const { app, hostname } = options;
  const listener = getRequestListener((request, bindings) => app.fetch(request, bindings));
  const server = createServer((request, response) => void listener(request, response));
  await listen(server, hostname, options.port);
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`${hostname}: the server has no TCP address`);
  const host = hostname.includes(":") ? `[${hostname}]` : hostname;
  return { url: `http://${host}:${address.port}`, port: address.port, close: () => close(server) };
}

function listen(server: Server, hostname: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const message = `Cannot listen on ${hostname} port ${port}: ${cause.message}. Free the port, or end the process that has it.`;
      reject(new Error(message, { cause }));
    });
    server.listen(port, hostname, resolve);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeIdleConnections();
  });
}
