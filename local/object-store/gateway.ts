import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

import { messageWithCauses } from "../../host/error.ts";
import type { Log } from "../emulation/log.ts";
import { authenticate, type SpacesKey } from "./authenticate.ts";
import { answerBucketCall, listBuckets } from "./bucket-calls.ts";
import type { Buckets } from "./buckets.ts";
import type { S3Answer, S3Call } from "./call.ts";
import { errorXml, invalidRequest, S3Error } from "./errors.ts";
import { readTarget, type StoreProvider, type Target } from "./hosts.ts";
import { answerObjectCall } from "./object-calls.ts";
import { readPayload } from "./payload.ts";

/** Buckets, keys and log that S3 requests are answered with. */
export interface Gateway {
  readonly provider: StoreProvider;
  readonly buckets: Buckets;
  /** The key with this id, as it is now. */
  readonly findKey: (accessKey: string) => SpacesKey | undefined;
  /** Tells whether the store plays dead: then every request is answered 503. */
  readonly isStopped: () => boolean;
  readonly log: Log;
  readonly now: () => Date;
}

/**
 * Answers one S3 request; resolves when it is answered. `url` is the one that was asked for, with its host. What is no
 * {@link S3Error} is a 500, and its cause goes to the log and to the client.
 */
export async function answerRequest(
  gateway: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
  url: { readonly host: string; readonly path: string },
): Promise<void> {
  const startMs = gateway.now().getTime();
  const [path = "/"] = url.path.split("?");
  response.setHeader("x-amz-request-id", randomUUID());
  try {
    await send(response, await answer(gateway, request, url));
  } catch (error) {
    await sendError(gateway, request, response, path, error);
  }
  const line = `${request.method ?? ""} ${url.host}${path}${parameterNames(url.path)}`;
  gateway.log(`${gateway.provider.name} ${line} ${response.statusCode} ${gateway.now().getTime() - startMs} ms`);
}

async function answer(
  gateway: Gateway,
  request: IncomingMessage,
  url: { readonly host: string; readonly path: string },
): Promise<S3Answer> {
  if (gateway.isStopped()) {
    throw new S3Error(503, "ServiceUnavailable", "The object store has been stopped. Please try again.");
  }
  const [path = "/", search = ""] = url.path.split(/\?(.*)/s);
  const decoded = decodePath(path);
  const target = readTarget(gateway.provider, url.host, path);
  if (target === undefined) {
    throw invalidRequest(`${url.host} is no host of the object store: <bucket>.<region>.${gateway.provider.domain}`);
  }
  const query = [...new URLSearchParams(search.replaceAll("+", "%2B"))];
  const headers = flatHeaders(request);
  const method = request.method ?? "";
  const signable = { method, path: decoded, query, headers };
  const authentication = authenticate(signable, gateway.findKey, gateway.now());
  if (gateway.provider.wantsOwnRegion) requireRegion(authentication.scope.region, target.region);
  const call: S3Call = {
    method,
    query: new Map([...query].reverse()),
    headers,
    grants: authentication.key.grants,
    hasObjectLock: gateway.provider.hasObjectLock,
    now: gateway.now,
    body: () => readPayload(request, headers, authentication),
  };
  return dispatch(gateway, call, target);
}

function requireRegion(signed: string, wanted: string): void {
  if (signed === wanted) return;
  const message = `The authorization header is malformed; the region '${signed}' is wrong; expecting '${wanted}'`;
  throw new S3Error(400, "AuthorizationHeaderMalformed", message);
}

function dispatch(
  { buckets }: Gateway,
  call: S3Call,
  { region, bucket: name, key }: Target,
): Promise<S3Answer> | S3Answer {
  if (name === undefined) return listBuckets(call, buckets, region);
  if (key === undefined) return answerBucketCall(call, buckets, { region, name });
  return answerObjectCall(call, buckets, { region, name, key });
}

async function send(response: ServerResponse, { status, headers = {}, body }: S3Answer): Promise<void> {
  if (body === undefined || typeof body === "string") {
    response.writeHead(status, {
      ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
      ...headers,
    });
    response.end(body);
    return;
  }
  response.writeHead(status, headers);
  await pipeline(body, response);
}

async function sendError(
  { log, provider }: Gateway,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  error: unknown,
): Promise<void> {
  const known = error instanceof S3Error ? error : new S3Error(500, "InternalError", messageWithCauses(error));
  if (known.status === 500 || known.status === 501) {
    log(`${provider.name} FAILED: ${request.method ?? ""} ${path}: ${known.message}`);
  }
  // The content had begun: the client must not take what it has for the whole.
  if (response.headersSent) return void response.destroy();
  // A client that is still sending reads the answer only when it is done.
  request.resume();
  const body = errorXml(known, path, String(response.getHeader("x-amz-request-id")));
  const headers = { "content-type": "application/xml" };
  await send(response, request.method === "HEAD" ? { status: known.status } : { status: known.status, headers, body });
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new S3Error(400, "InvalidURI", "The path is not percent-encoded UTF-8.", { cause });
  }
}

/** The parameters' names without their values: a presigned URL is as good as a key. */
function parameterNames(path: string): string {
  const [, search] = path.split(/\?(.*)/s);
  const names = [...new URLSearchParams(search).keys()].filter((name) => !name.startsWith("X-Amz-"));
  return names.length === 0 ? "" : `?${names.join("&")}`;
}

/** Headers by name in lower case; those that were sent several times, joined. */
function flatHeaders({ headers }: IncomingMessage): Record<string, string> {
  const pairs = Object.entries(headers).map(([name, value]): [string, string] => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  return Object.fromEntries(pairs);
}
