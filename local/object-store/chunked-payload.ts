import { Transform } from "node:stream";

import { invalidRequest, S3Error } from "./errors.ts";
import { chunkSignatureOf, type SignatureScope } from "./signature.ts";

/** Key and first signature for checking a body that is signed in parts. */
export interface ChunkSignatures {
  /** Signature of the request's headers, with which the chain of the parts' signatures begins. */
  readonly seed: string;
  readonly scope: SignatureScope;
  readonly secretKey: string;
}

/**
 * Takes AWS's framing off a body (`content-encoding: aws-chunked`): `<hex size>[;chunk-signature=…]\r\n<data>\r\n`, a part of
 * size 0 and trailing headers at the end, which are not looked at. Fails with an {@link S3Error} when a part's signature is
 * wrong, or the content is not `length` bytes long.
 */
export function decodeChunks(length: number, signatures: ChunkSignatures | undefined): Transform {
  let waiting = Buffer.alloc(0);
  let previous = signatures?.seed ?? "";
  let decoded = 0;
  let ended = false;

  const check = (data: Buffer, given: string | undefined) => {
    if (signatures === undefined) return;
    const wanted = chunkSignatureOf(data, previous, signatures.scope, signatures.secretKey);
    if (given !== wanted) throw new S3Error(403, "SignatureDoesNotMatch", "The signature of a part is wrong.");
    previous = wanted;
  };
  /** Takes the next whole part off; undefined when it has not arrived yet. */
  const take = (): Buffer | undefined => {
    const lineEnd = waiting.indexOf("\r\n");
    if (lineEnd < 0) {
      if (waiting.length > longestLine) throw malformed();
      return undefined;
    }
    const [, hex, signature] =
      /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(waiting.toString("latin1", 0, lineEnd)) ?? [];
    if (hex === undefined) throw malformed();
    const [start, size] = [lineEnd + 2, Number.parseInt(hex, 16)];
    if (size > 0 && waiting.length < start + size + 2) return undefined;
    const data = waiting.subarray(start, start + size);
    check(data, signature);
    ended = size === 0;
    waiting = waiting.subarray(start + size + (ended ? 0 : 2));
    return data;
  };
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        if (!ended) waiting = Buffer.concat([waiting, chunk]);
        for (let data = ended ? undefined : take(); data !== undefined; data = ended ? undefined : take()) {
          decoded += data.length;
          if (data.length > 0) this.push(data);
        }
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
    flush(done) {
      if (ended && decoded === length) done();
      else done(new S3Error(400, "IncompleteBody", `${decoded} bytes of ${length} have arrived.`));
    },
  });
}

const longestLine = 1024;

function malformed(): S3Error {
  return invalidRequest("The body is not framed as aws-chunked.");
}
