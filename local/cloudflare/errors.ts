import type { ContentfulStatusCode } from "hono/utils/http-status";

/** One entry of the `errors` list in Cloudflare's envelope. */
export interface ErrorEntry {
  readonly code: number;
  readonly message: string;
  readonly error_chain?: readonly { readonly code: number; readonly message: string }[];
}

/** A request that the API refuses: the HTTP status and what stands in the envelope. */
export class CloudflareError extends Error {
  override readonly name = "CloudflareError";
  readonly status: ContentfulStatusCode;
  readonly errors: readonly ErrorEntry[];

  constructor(status: ContentfulStatusCode, errors: readonly ErrorEntry[]) {
    super(errors.map(({ code, message }) => `${code}: ${message}`).join("; "));
    this.status = status;
    this.errors = errors;
  }
}

/** Makes a refusal with one entry. */
export function refusal(status: ContentfulStatusCode, code: number, message: string): CloudflareError {
  return new CloudflareError(status, [{ code, message }]);
}

/** Makes the refusal of a body that does not have the shape that the route wants; `reasons` are `path: reason`. */
export function invalidBody(reasons: readonly string[]): CloudflareError {
  return new CloudflareError(400, [
    {
      code: 1004,
      message: "DNS Validation Error",
      error_chain: reasons.map((message) => ({ code: 9207, message })),
    },
  ]);
}

/** Makes the refusal of a path that names nothing: by an id that is none, or one that is not there. */
export function noSuchObject(path: string): CloudflareError {
  return refusal(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
}

/** Makes the refusal of a good token that lacks the permission. */
export function notPermitted(): CloudflareError {
  return refusal(403, 10000, "Authentication error");
}
