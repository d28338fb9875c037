import type { Api } from "./api.ts";
import { sendPatiently } from "./send-patiently.ts";
import type { SpacesSettings } from "./spaces-settings.ts";

/** Address and credentials of DigitalOcean's API. */
export interface DigitalOceanConfig {
  /** Root of the API, without a slash at the end. */
  readonly endpoint: string;
  readonly token: string;
  /** Object storage, which has an address and keys of its own. */
  readonly spaces?: SpacesSettings;
  /** Wait before the first retry; each further one waits twice as long. Default 250 ms. */
  readonly firstRetryMs?: number;
}

/** DigitalOcean's API. Loads DigitalOcean's client at the first call: a preview of a new stack needs none. */
export class DigitalOcean {
  readonly #config: DigitalOceanConfig;
  readonly spaces: SpacesSettings;

  constructor(config: DigitalOceanConfig) {
    this.#config = config;
    this.spaces = config.spaces ?? {};
  }

  /** Makes one request. Throws an {@link ApiError} when the API refuses, and says which request it was when it is out of reach. */
  async call<T>(signal: AbortSignal, ask: (api: Api) => Promise<T | undefined>): Promise<T | undefined> {
    const { createApi } = await import("./api.ts");
    const { endpoint, token, firstRetryMs = 250 } = this.#config;
    const asked = { request: "" };
    const send: typeof fetch = async (url, init) => {
      asked.request = `${init?.method ?? "GET"} ${String(url instanceof Request ? url.url : url)}`;
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${token}`);
      return sendPatiently(() => fetch(url, { ...init, headers, signal }), signal, firstRetryMs);
    };
    try {
      return await ask(createApi(endpoint, send));
    } catch (error) {
      signal.throwIfAborted();
      throw toApiError(asked.request, error);
    }
  }

  /** Like {@link DigitalOcean.call}, but undefined for what is not there (404). */
  async find<T>(signal: AbortSignal, ask: (api: Api) => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await this.call(signal, ask);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

/** A refusal by the API. The message shows request, status, id and message; `status` is the HTTP status. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

/** Tells whether `error` is the API's refusal with this HTTP status. */
export function isStatus(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}

/** Returns an answer that the API must always give. Throws an error that names `what` when it is undefined. */
export function answered<T>(value: T | null | undefined, what: string): T {
  if (value === undefined || value === null) throw new Error(`DigitalOcean's API answered without ${what}.`);
  return value;
}

// DigitalOcean's client throws plain objects with the API's own words in them; for anything else an Error.
function toApiError(request: string, error: unknown): Error {
  const said: Record<string, unknown> = typeof error === "object" && error !== null ? { ...error } : {};
  const { responseStatusCode: status, id, messageEscaped, requestId } = said;
  if (typeof status !== "number") {
    return new Error(`${request}: ${error instanceof Error ? reasons(error) : JSON.stringify(error)}`, {
      cause: error,
    });
  }
  const about = typeof requestId === "string" ? ` (request "${requestId}")` : "";
  const message = typeof messageEscaped === "string" ? messageEscaped : "no message";
  return new ApiError(`${request}: ${status}${about} ${typeof id === "string" ? `${id}: ` : ""}${message}`, status);
}

// fetch says "fetch failed" and hides what failed in the cause.
function reasons(error: Error): string {
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
