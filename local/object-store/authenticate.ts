import { timingSafeEqual } from "node:crypto";

import { accessDenied, invalidRequest, S3Error } from "./errors.ts";
import { type SignableRequest, signatureOf, type SignatureScope, unsignedPayload } from "./signature.ts";

/** A key that may sign requests, and its grants. */
export interface SpacesKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly grants: readonly Grant[];
}

/** Permission of a key on one bucket, or with full access on all of them. */
export interface Grant {
  /** Empty in a grant of full access. */
  readonly bucket: string;
  readonly permission: "read" | "readwrite" | "fullaccess";
}

/** Signature of a request that has been found good: its key, and what checking a body signed in parts needs. */
export interface Authentication {
  readonly key: SpacesKey;
  readonly scope: SignatureScope;
  readonly signature: string;
  /** SHA-256 of the body in hex, or one of AWS's words for how the body is signed. */
  readonly payloadHash: string;
}

/**
 * Checks a request's signature, in its headers or in its query. Throws an {@link S3Error} when there is none, the key is not
 * known, the signature is wrong or its time is not now.
 */
export function authenticate(
  request: SignableRequest,
  findKey: (accessKey: string) => SpacesKey | undefined,
  now: Date,
): Authentication {
  const presigned = request.query.some(([name]) => name === "X-Amz-Signature");
  const claim = presigned ? readQuery(request, now) : readHeaders(request, now);
  const key = findKey(claim.accessKey);
  if (key === undefined) {
    throw new S3Error(403, "InvalidAccessKeyId", "The access key ID does not exist in our records.");
  }
  const { scope, payloadHash, signature } = claim;
  if (!claim.signedHeaders.includes("host")) throw accessDenied("The header host must be signed.");
  const query = request.query.filter(([name]) => name !== "X-Amz-Signature");
  const wanted = signatureOf({ ...request, query }, claim.signedHeaders, payloadHash, scope, key.secretKey);
  if (!isEqual(wanted, signature)) {
    throw new S3Error(
      403,
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided. Check your secret key.",
    );
  }
  return { key, scope, signature, payloadHash };
}

interface Claim {
  readonly accessKey: string;
  readonly scope: SignatureScope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly payloadHash: string;
}

function readHeaders({ headers }: SignableRequest, now: Date): Claim {
  const { authorization } = headers;
  if (authorization === undefined) throw accessDenied("The request is not signed.");
  const [, credential, names, signature] =
    /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)$/.exec(authorization) ?? [];
  const payloadHash = headers["x-amz-content-sha256"];
  if (credential === undefined || names === undefined || signature === undefined || payloadHash === undefined) {
    throw invalidRequest("The authorization must be AWS Signature Version 4, with x-amz-content-sha256.");
  }
  const time = headers["x-amz-date"] ?? "";
  if (Math.abs(now.getTime() - parseTime(time)) > clockSkewMs) {
    const message = "The difference between the request time and the server's time is too large.";
    throw new S3Error(403, "RequestTimeTooSkewed", message);
  }
  return { ...readCredential(credential, time), signedHeaders: names.split(";"), signature, payloadHash };
}

function readQuery({ query, headers }: SignableRequest, now: Date): Claim {
  const value = (name: string) => query.find(([each]) => each === `X-Amz-${name}`)?.[1] ?? "";
  if (value("Algorithm") !== "AWS4-HMAC-SHA256") throw invalidRequest("X-Amz-Algorithm must be AWS4-HMAC-SHA256.");
  const time = value("Date");
  const age = now.getTime() - parseTime(time);
  const expires = /^\d{1,6}$/.test(value("Expires")) ? Number(value("Expires")) : 0;
  if (age > expires * 1000) throw accessDenied("Request has expired.");
  if (age < -clockSkewMs) throw accessDenied("Request is not valid yet.");
  return {
    ...readCredential(value("Credential"), time),
    signedHeaders: value("SignedHeaders").split(";"),
    signature: value("Signature"),
    payloadHash: headers["x-amz-content-sha256"] ?? unsignedPayload,
  };
}

const clockSkewMs = 15 * 60 * 1000;

/** Any region is taken: DigitalOcean's clients name one of AWS's there. */
function readCredential(credential: string, time: string): { accessKey: string; scope: SignatureScope } {
  const [accessKey, date, region, service, end, ...more] = credential.split("/");
  const isWhole = more.length === 0 && service === "s3" && end === "aws4_request" && date === time.slice(0, 8);
  if (!isWhole || accessKey === undefined || region === undefined) {
    throw invalidRequest("The credential must be KEY/YYYYMMDD/REGION/s3/aws4_request, of the day of the request.");
  }
  return { accessKey, scope: { time, region } };
}

function parseTime(time: string): number {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time) ?? [];
  if (parts.length === 0) throw accessDenied("The request needs a date: YYYYMMDDTHHMMSSZ.");
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function isEqual(wanted: string, given: string): boolean {
  return wanted.length === given.length && timingSafeEqual(Buffer.from(wanted), Buffer.from(given));
}
