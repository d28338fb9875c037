import { createHash } from "node:crypto";
import { Resolver } from "node:dns/promises";
import { Agent, request } from "node:https";
import type { LookupFunction } from "node:net";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { XMLParser } from "fast-xml-parser";
import { isUnreachable, messageOf } from "../../host/error.ts";

/** Key pair of an S3 service. Secret. */
export interface S3KeyPair {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Bucket of an S3 service, and the way there. */
export interface S3Place {
  /** Host name that answers https, with a port where it is not 443. */
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly key: S3KeyPair;
  /** Addresses of the only name servers to ask; undefined: the system's. */
  readonly nameServers?: readonly string[] | undefined;
  /** Certificate authorities (PEM) that stand in for the system's. */
  readonly authorities?: string | undefined;
}

/** Request to a bucket: `key` is the object's, undefined for the bucket itself. */
export interface S3Request {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
}

/** Answer of an S3 service that says yes. */
export interface S3Response {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Answer of an S3 service that says no, with its status and S3's code for the reason. */
export class S3Refusal extends Error {
  override readonly name = "S3Refusal";
  readonly status: number;
  readonly code: string;

  constructor({ endpoint, bucket }: S3Place, { method, key }: S3Request, { status, body }: S3Response) {
    const read = (element: string) => new RegExp(`<${element}>([^<]*)</${element}>`).exec(body.toString())?.[1];
    const code = read("Code") ?? "";
    const why = [status, code, read("Message")].filter((part) => part !== undefined && part !== "").join(" ");
    super(`${endpoint} refuses ${method} ${bucket}${key === undefined ? "" : `/${key}`}: ${why}`);
    this.status = status;
    this.code = code;
  }
}

/** Sends requests to one bucket. */
export interface S3Sender {
  (request: S3Request): Promise<S3Response>;
  /** Ends the connections that are kept for further requests. */
  close(): void;
}

/**
 * Makes a sender for a bucket. It signs (AWS Signature Version 4), tries again where nobody answers or the service is busy, and
 * rejects with an {@link S3Refusal} where the service says no.
 */
export function s3Sender(place: S3Place): S3Sender {
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 32,
    ...(place.authorities === undefined ? {} : { ca: place.authorities }),
    ...(place.nameServers === undefined ? {} : { lookup: lookupAt(place.nameServers) }),
  });
  const sender = async (wanted: S3Request) => {
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await send(place, agent, wanted);
        if (response.status < 400) return response;
        throw new S3Refusal(place, wanted, response);
      } catch (error) {
        if (attempt >= mostAttempts || !mayPass(error)) throw explained(error, place);
      }
      await delay(firstPauseMs * 2 ** (attempt - 1));
    }
  };
  return Object.assign(sender, { close: () => agent.destroy() });
}

const mostAttempts = 6;
const firstPauseMs = 250;
/** Time without a byte after which an answer is given up. */
const silenceMs = 60_000;

function mayPass(error: unknown): boolean {
  if (error instanceof S3Refusal) return error.status >= 500 || error.status === 429;
  return isUnreachable(error) || error instanceof BrokenOff;
}

class BrokenOff extends Error {
  override readonly name = "BrokenOff";
}

function explained(error: unknown, { endpoint }: S3Place): unknown {
  if (error instanceof S3Refusal) return error;
  return new Error(`${endpoint} cannot be asked: ${messageOf(error)}. Is it right, and does this machine reach it?`, {
    cause: error,
  });
}

async function send(place: S3Place, agent: Agent, wanted: S3Request): Promise<S3Response> {
  const { method, query = {}, body } = wanted;
  const signed = await sign(place, wanted);
  const search = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const [host = "", port = "443"] = place.endpoint.split(":");
  const path = `${pathOf(place, wanted)}${search.length === 0 ? "" : `?${search.join("&")}`}`;
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path, headers: signed, agent }, (response) => {
      const { statusCode: status = 0, headers } = response;
      buffer(response).then((read) => resolve({ status, headers, body: read }), reject);
    });
    sent.setTimeout(silenceMs, () => sent.destroy(new BrokenOff(`silent for ${silenceMs / 1000} s`)));
    sent.on("error", reject);
    sent.end(body);
  });
}

async function sign(place: S3Place, wanted: S3Request): Promise<Record<string, string>> {
  const { method, query = {}, headers = {}, body } = wanted;
  const { accessKey, secretKey } = place.key;
  const signer = new SignatureV4({
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    region: place.region,
    service: "s3",
    sha256: Hash.bind(null, "sha256"),
    uriEscapePath: false,
  });
  const ofBody = {
    "content-length": String(body?.length ?? 0),
    "x-amz-content-sha256": createHash("sha256")
      .update(body ?? "")
      .digest("hex"),
    ...(body === undefined ? {} : { "content-md5": createHash("md5").update(body).digest("base64") }),
  };
  const signed = await signer.sign({
    method,
    protocol: "https:",
    hostname: place.endpoint,
    path: pathOf(place, wanted),
    query: { ...query },
    headers: { ...headers, ...ofBody, host: place.endpoint },
  });
  return signed.headers;
}

/** In path style, which every provider has, and any name of a bucket fits into. */
function pathOf({ bucket }: S3Place, { key }: S3Request): string {
  return key === undefined ? `/${bucket}` : `/${bucket}/${key.split("/").map(encode).join("/")}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function lookupAt(nameServers: readonly string[]): LookupFunction {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  resolver.setServers([...nameServers]);
  return (name, { all }, done) => {
    resolver.resolve4(name).then(
      ([address = "", ...others]) => {
        if (all === true) {
          done(
            null,
            [address, ...others].map((each) => ({ address: each, family: 4 })),
          );
        } else done(null, address, 4);
      },
      (error: unknown) => done(error instanceof Error ? error : new Error(messageOf(error)), "", 4),
    );
  };
}

/** Parses a document of S3's; texts stay texts, and `lists` names the elements that may come several times. */
export function parseS3Xml({ body }: S3Response, lists: readonly string[] = []): unknown {
  const parser = new XMLParser({
    parseTagValue: false,
    ignoreAttributes: true,
    // A page of a listing has a thousand quoted entity tags.
    processEntities: { enabled: true, maxTotalExpansions: 100_000, maxExpandedLength: 10_000_000 },
    isArray: (name) => lists.includes(name),
  });
  return parser.parse(body.toString());
}
