import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { isIPv4 } from "node:net";
import { text } from "node:stream/consumers";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { messageOf } from "../../../host/error.ts";
import { ApiError } from "./client.ts";
import { sendPatiently } from "./send-patiently.ts";
import { type SpacesSettings, spacesEndpoint } from "./spaces-settings.ts";
import { errorOf } from "./spaces-xml.ts";

/** A request of S3's API, about a whole bucket or one object of it. */
export interface SpacesRequest {
  readonly method: "DELETE" | "GET" | "HEAD" | "POST" | "PUT";
  readonly region: string;
  readonly bucket: string;
  /** True: the bucket stands in the path, not in the host's name. For `location`, which S3 answers at the region. */
  readonly inPath?: true;
  /** The object's key. Left out: the request is about the bucket. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks about one bucket. Resolves to the answer's body. */
export type AskBucket = (request: Omit<SpacesRequest, "bucket" | "region">) => Promise<string>;

/** Spaces refused. `code` is S3's word for why (`BucketNotEmpty`), empty after a HEAD, which has no answer to read. */
export class SpacesError extends ApiError {
  readonly code: string;

  constructor(message: string, status: number, code: string) {
    super(message, status);
    this.code = code;
  }
}

/**
 * Sends one request, signed by AWS Signature Version 4, and answers with its body. Goes through the proxy that HTTP_PROXY or
 * HTTPS_PROXY names, as the official plugin does. Throws a {@link SpacesError} when Spaces refuses.
 */
export async function askSpaces(
  settings: SpacesSettings,
  signal: AbortSignal,
  request: SpacesRequest,
): Promise<string> {
  const signer = signerFor(settings);
  const url = urlOf(settings, request);
  const unsigned = {
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: { ...request.query },
    headers: { ...request.headers, host: url.host },
    ...(request.body === undefined ? {} : { body: request.body }),
  };
  const named = `${request.method} ${url.href}`;
  const answer = await sendPatiently(
    async () => send(url, { ...request, headers: (await signer.sign(unsigned)).headers, signal }),
    signal,
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    throw new Error(`${named}: ${messageOf(error)}`, { cause: error });
  });
  if (answer.status < 300) return answer.body;
  throw refusal(named, answer);
}

interface Answer {
  readonly status: number;
  readonly body: string;
}

function signerFor({ accessKeyId, secretAccessKey }: SpacesSettings): SignatureV4 {
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error(
      "No key for Spaces: buckets are made with a key of their own, not with the API's token. Set digitalocean:spacesAccessId " +
        "and digitalocean:spacesSecretKey (as a secret), or SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY.",
    );
  }
  return new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    // Spaces takes any region here; the official plugin says this one.
    region: "us-east-1",
    service: "s3",
    sha256: Hash.bind(null, "sha256"),
    uriEscapePath: false,
  });
}

function urlOf(settings: SpacesSettings, { region, bucket, inPath, key, query = {} }: SpacesRequest): URL {
  const url = spacesEndpoint(settings, region.toLowerCase());
  const isHost = inPath !== true && canBeHost(bucket);
  if (isHost) url.hostname = `${bucket}.${url.hostname}`;
  url.pathname = `/${[...(isHost ? [] : [bucket]), ...(key?.split("/") ?? [])].map(escaped).join("/")}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** Escapes one part of a path as S3 signs it. */
function escaped(name: string): string {
  const percent = (letter: string) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(name).replaceAll(/[!'()*]/g, percent);
}

/** Tells whether a bucket's name can be a label of a host name. The official plugin's SDK puts others into the path. */
function canBeHost(bucket: string): boolean {
  return /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes("..") && !isIPv4(bucket);
}

interface Signed {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

async function send(url: URL, { method, headers, body, signal }: Signed): Promise<Answer> {
  const { request, Agent } = url.protocol === "https:" ? https : http;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent = request(url, { method, headers, signal, agent: new Agent({ proxyEnv: proxyEnvironment() }) }, resolve);
    sent.on("error", reject);
    sent.end(body);
  });
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}

// As Go has it: never through the proxy to this machine itself.
function proxyEnvironment(): NodeJS.ProcessEnv {
  const excepted = [process.env["no_proxy"] ?? process.env["NO_PROXY"] ?? "", "localhost", "127.0.0.1", "::1"];
  return { ...process.env, no_proxy: excepted.filter((each) => each !== "").join() };
}

function refusal(named: string, { status, body }: Answer): SpacesError {
  const { code, message } = errorOf(body);
  const said = [code, message.replace(/\.$/, "")].filter((part) => part !== "").join(": ");
  const hint =
    status === 403
      ? " Check digitalocean:spacesAccessId and digitalocean:spacesSecretKey: the key must be right and have full access."
      : "";
  return new SpacesError(`${named}: ${status}${said === "" ? "" : ` ${said}`}.${hint}`, status, code);
}
