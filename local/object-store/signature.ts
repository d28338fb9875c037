import { createHash, createHmac } from "node:crypto";

/** A request as AWS Signature Version 4 sees it. */
export interface SignableRequest {
  readonly method: string;
  /** Decoded, with its leading slash. */
  readonly path: string;
  /** Names and values, decoded. */
  readonly query: readonly (readonly [string, string])[];
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Time and region that a signature is valid for. */
export interface SignatureScope {
  /** `20260102T030405Z`. */
  readonly time: string;
  readonly region: string;
}

/** Payload hash of a request whose body is not signed. */
export const unsignedPayload = "UNSIGNED-PAYLOAD";

/**
 * Computes the signature of a request, 64 hex digits, over the headers `signedHeaders` (lower case, sorted).
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signatureOf(
  request: SignableRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
  scope: SignatureScope,
  secretKey: string,
): string {
  const text = [
    "AWS4-HMAC-SHA256",
    scope.time,
    credentialScope(scope),
    sha256(canonicalRequest(request, signedHeaders, payloadHash)),
  ].join("\n");
  return hmac(signingKey(secretKey, scope), text).toString("hex");
}

/** Computes the signature of one part of a body that is signed in parts; `previous` is that of the part, or the headers, before. */
export function chunkSignatureOf(chunk: Buffer, previous: string, scope: SignatureScope, secretKey: string): string {
  const text = ["AWS4-HMAC-SHA256-PAYLOAD", scope.time, credentialScope(scope), previous, sha256(""), sha256(chunk)];
  return hmac(signingKey(secretKey, scope), text.join("\n")).toString("hex");
}

/** Percent-encodes as S3's signatures want it: all but letters, digits and `-._~`. */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A path with each of its segments encoded. */
function encodePath(path: string): string {
  return path.split("/").map(uriEncode).join("/");
}

/** The query as it is signed: encoded and sorted. */
function canonicalQuery(query: SignableRequest["query"]): string {
  const pairs = query.map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`);
  return pairs.sort((a, b) => (a < b ? -1 : 1)).join("&");
}

function canonicalRequest(request: SignableRequest, signedHeaders: readonly string[], payloadHash: string): string {
  const { method, path, query, headers } = request;
  const lines = signedHeaders.map((name) => `${name}:${(headers[name] ?? "").trim().replace(/ +/g, " ")}\n`);
  return [method, encodePath(path), canonicalQuery(query), lines.join(""), signedHeaders.join(";"), payloadHash].join(
    "\n",
  );
}

function credentialScope({ time, region }: SignatureScope): string {
  return `${time.slice(0, 8)}/${region}/s3/aws4_request`;
}

function signingKey(secretKey: string, { time, region }: SignatureScope): Buffer {
  const parts = [time.slice(0, 8), region, "s3", "aws4_request"];
  return parts.reduce<Buffer>((key, part) => hmac(key, part), Buffer.from(`AWS4${secretKey}`));
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function sha256(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
