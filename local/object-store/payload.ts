import { createHash } from "node:crypto";
import { pipeline, type Readable, Transform } from "node:stream";

import type { Authentication } from "./authenticate.ts";
import { type ChunkSignatures, decodeChunks } from "./chunked-payload.ts";
import { invalidRequest, notImplemented, S3Error } from "./errors.ts";
import { unsignedPayload } from "./signature.ts";

/**
 * Reads the content of a signed request: takes AWS's framing off, and checks the signature, the Content-MD5 and the length.
 * The stream fails with an {@link S3Error} where one does not fit, before its end.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
export function readPayload(
  request: Readable,
  headers: Readonly<Record<string, string>>,
  authentication: Authentication,
): Readable {
  const { payloadHash } = authentication;
  const digests = { md5: headers["content-md5"] };
  if (payloadHash === unsignedPayload) return through(request, checkDigests(digests));
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return through(request, checkDigests({ ...digests, sha256: payloadHash }));
  const signatures = chunkSignatures(authentication);
  const length = Number(headers["x-amz-decoded-content-length"]);
  if (!Number.isInteger(length)) throw invalidRequest("x-amz-decoded-content-length is missing.");
  return through(through(request, decodeChunks(length, signatures)), checkDigests(digests));
}

function chunkSignatures({ payloadHash, signature, scope, key }: Authentication): ChunkSignatures | undefined {
  switch (payloadHash) {
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
    case "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
      return { seed: signature, scope, secretKey: key.secretKey };
    case "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
      return undefined;
    default:
      throw notImplemented(`x-amz-content-sha256: ${payloadHash}`);
  }
}

function checkDigests({ md5, sha256 }: { readonly md5: string | undefined; readonly sha256?: string }): Transform {
  const [md5Hash, sha256Hash] = [createHash("md5"), createHash("sha256")];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (md5 !== undefined) md5Hash.update(chunk);
      if (sha256 !== undefined) sha256Hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      const wrong =
        (sha256 !== undefined && sha256Hash.digest("hex") !== sha256 && sha256Mismatch()) ||
        (md5 !== undefined && md5Hash.digest("base64") !== md5 && md5Mismatch());
      done(wrong === false ? null : wrong);
    },
  });
}

function sha256Mismatch(): S3Error {
  return new S3Error(400, "XAmzContentSHA256Mismatch", "The content does not match x-amz-content-sha256.");
}

function md5Mismatch(): S3Error {
  return new S3Error(400, "BadDigest", "The content does not match Content-MD5.");
}

/** Unlike `pipe`, an error of the source fails the result. */
function through(source: Readable, step: Transform): Transform {
  // The reader of the result is told of the error.
  return pipeline(source, step, () => undefined);
}
