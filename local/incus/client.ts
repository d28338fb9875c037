import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";

import { z } from "zod";

/** Incus's REST API on its unix socket. https://linuxcontainers.org/incus/docs/main/rest-api/ */
export interface Incus {
  /** The `metadata` of a GET, or undefined where there is nothing at `path`. */
  get(path: string): Promise<unknown>;
  /** Sends `body` as JSON; resolves when the operation that it starts, if any, has succeeded. */
  send(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<void>;
}

/** An answer of Incus that says no. */
export class IncusError extends Error {
  override readonly name = "IncusError";
  /** HTTP status. */
  readonly status: number;
  constructor(request: string, status: number, reason: string) {
    super(`Incus refused ${request}: ${reason}`);
    this.status = status;
  }
}

/** Makes a client of the engine whose folder (`INCUS_DIR`) is `folder`. Nothing is opened before the first request. */
export function createIncus(folder: string): Incus {
  const socketPath = `${folder}/unix.socket`;
  const call = async (method: string, path: string, content?: Buffer, headers: Record<string, string> = {}) => {
    const { status, body } = await exchange({ socketPath, method, path, headers }, content);
    const reply = replySchema.parse(JSON.parse(body));
    if (reply.type === "error") throw new IncusError(`${method} ${path}`, status, reply.error);
    return reply;
  };
  const wait = async (what: string, operation: string) => {
    const reply = await call("GET", `${operation}/wait`);
    const result = operationSchema.parse(reply.metadata);
    if (result.err !== "") throw new IncusError(what, result.status_code, result.err);
  };
  return {
    async get(path) {
      try {
        return (await call("GET", path)).metadata;
      } catch (error) {
        if (error instanceof IncusError && error.status === 404) return undefined;
        throw error;
      }
    },
    async send(method, path, body) {
      const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const reply = await call(method, path, content, { "content-type": "application/json" });
      if (reply.type === "async") await wait(`${method} ${path}`, reply.operation);
    },
  };
}

const replySchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("sync"), metadata: z.unknown() }),
  z.object({ type: z.literal("async"), operation: z.string(), metadata: z.unknown() }),
  z.object({ type: z.literal("error"), error: z.string() }),
]);
const operationSchema = z.object({ status_code: z.number(), err: z.string() });

interface Exchange {
  readonly socketPath: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
}

async function exchange(options: Exchange, content: Buffer | undefined): Promise<{ status: number; body: string }> {
  const request = httpRequest({ ...options, host: "incus", path: `/1.0${stripVersion(options.path)}` });
  const answered = new Promise<{ status: number; body: string }>((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
  });
  request.end(content);
  return answered;
}

/** Operations are named with their version, everything else without. */
function stripVersion(path: string): string {
  return path.startsWith("/1.0/") ? path.slice("/1.0".length) : path;
}
