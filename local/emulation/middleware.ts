import type { MiddlewareHandler, NotFoundHandler } from "hono";
import type { Store } from "./store.ts";
import type { Log } from "./log.ts";

/** Logs each request with its answer: `digitalocean POST /v2/droplets 202 4 ms`. `nowMs` is the clock, in milliseconds. */
export function requestLog(api: string, log: Log, nowMs: () => number = Date.now): MiddlewareHandler {
  return async (c, next) => {
    const startMs = nowMs();
    await next();
    log(`${api} ${c.req.method} ${pathAndQuery(c.req.url)} ${c.res.status} ${Math.round(nowMs() - startMs)} ms`);
  };
}

/**
 * Holds each answer back until what it reports is on disk. A failed write goes to the app's error handler, and the next
 * request is not begun before the write has succeeded: a client that tries again does not make everything twice.
 */
export function durable(store: Store): MiddlewareHandler {
  return async (_c, next) => {
    await store.flush();
    await next();
    await store.flush();
  };
}

/**
 * Answers what the local API does not have: 501 with the vendor's envelope, and a line in the log that stands out. A 404
 * would be read as "this resource is gone".
 */
export function notImplemented(api: string, log: Log, envelope: (message: string) => object): NotFoundHandler {
  return (c) => {
    const what = `${c.req.method} ${pathAndQuery(c.req.url)}`;
    log(`${api} NOT IMPLEMENTED: ${what}`);
    return c.json(envelope(`The local cloud does not implement ${what}.`), 501);
  };
}

function pathAndQuery(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
