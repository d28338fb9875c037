import { messageWithCauses } from "../../host/error.ts";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Log } from "../emulation/log.ts";

/**
 * A request that the API refuses, with DigitalOcean's status and `id`. Texts that clients match on are DigitalOcean's own;
 * the others say what is wrong.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: ContentfulStatusCode;
  readonly id: string;

  constructor(status: ContentfulStatusCode, id: string, message: string) {
    super(message);
    this.status = status;
    this.id = id;
  }
}

/** 400: the request cannot be read. */
export const badRequest = (message: string) => new ApiError(400, "bad_request", message);
/** 401: the token is missing or wrong. */
export const unauthorized = () => new ApiError(401, "Unauthorized", "Unable to authenticate you");
/** 403: the request is understood, and not allowed. */
export const forbidden = (message: string) => new ApiError(403, "forbidden", message);
/** 404: no such resource. */
export const notFound = (message = "The resource you requested could not be found.") =>
  new ApiError(404, "not_found", message);
/** 409: another resource is in the way. */
export const conflict = (message: string) => new ApiError(409, "conflict", message);
/** 412: the resource is not in the state that the request needs. */
export const preconditionFailed = (message: string) => new ApiError(412, "precondition_failed", message);
/** 422: a value is wrong; `message` says which and why. */
export const unprocessable = (message: string) => new ApiError(422, "unprocessable_entity", message);
/** 501: DigitalOcean has `what`, the local cloud does not. */
export const unsupported = (what: string) =>
  new ApiError(501, "not_implemented", `The local cloud does not implement ${what}.`);

/** Makes DigitalOcean's error body. */
export function errorBody(id: string, message: string, requestId: string) {
  return { id, message, request_id: requestId };
}

/**
 * Answers `error` in DigitalOcean's envelope. What is no {@link ApiError} is a 500, and its cause goes to the client too,
 * because whoever runs `up` is not who reads the log.
 */
export function answerError(error: Error, c: Context<Env>, log: Log): Response {
  if (error instanceof ApiError) {
    if (error.status === 501) log(`digitalocean NOT IMPLEMENTED: ${error.message}`);
    return c.json(errorBody(error.id, error.message, c.var.requestId), error.status);
  }
  const cause = messageWithCauses(error);
  log(`digitalocean FAILED: ${c.req.method} ${c.req.path}: ${cause}`);
  return c.json(errorBody("server_error", `Unexpected server-side error: ${cause}`, c.var.requestId), 500);
}

/** Variables of hono's context in this API. */
export interface Env {
  Variables: { requestId: string };
}
