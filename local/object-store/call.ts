import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { XMLParser } from "fast-xml-parser";
import type { z } from "zod";

import { messageOf } from "../../host/error.ts";
import type { Grant } from "./authenticate.ts";
import { accessDenied, malformedXml, S3Error, s3Namespace, toXml } from "./errors.ts";

/** A request whose signature is good. */
export interface S3Call {
  readonly method: string;
  /** Parameters by name; of a repeated one the first. */
  readonly query: ReadonlyMap<string, string>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
  /** True where buckets can have Object Lock. */
  readonly hasObjectLock: boolean;
  readonly now: () => Date;
  /** The content, checked while it is read. To be called once. */
  body(): Readable;
}

/** Answer to an S3 request. */
export interface S3Answer {
  /** HTTP status. */
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Readable;
}

/** Right that a call needs on a bucket: to read it, to change its objects (`write`), or to make, delete and set it up (`full`). */
export type Access = "read" | "write" | "full";

/** Throws 403 unless one of the key's grants allows it. */
export function requireAccess({ grants }: Pick<S3Call, "grants">, bucket: string, access: Access): void {
  const allowed = grants.some((grant) => {
    if (grant.permission === "fullaccess") return true;
    if (grant.bucket !== bucket || access === "full") return false;
    return access === "read" || grant.permission === "readwrite";
  });
  if (!allowed) throw accessDenied(`This key may not ${verbs[access]} ${bucket === "" ? "all buckets" : bucket}.`);
}

const verbs = { read: "read", write: "write to", full: "manage" } as const;

/** Makes an answer 200 with an XML document in S3's namespace. */
export function xmlAnswer(root: string, content: object, headers: S3Answer["headers"] = {}): S3Answer {
  return {
    status: 200,
    headers: { ...headers, "content-type": "application/xml" },
    body: toXml(root, content, s3Namespace),
  };
}

/** Reads the call's body as text. Throws 400 when it is longer than a megabyte. */
export async function readText(call: S3Call): Promise<string> {
  if (Number(call.headers["content-length"] ?? 0) > 1024 * 1024) {
    throw new S3Error(400, "MaxMessageLengthExceeded", "Your request was too big.");
  }
  return text(call.body());
}

/**
 * Parses an XML document by `schema`; texts stay texts, and `lists` names the elements that may come several times. Throws 400
 * when the document is no XML or does not fit.
 */
export function parseXml<T>(document: string, schema: z.ZodType<T>, lists: readonly string[] = []): T {
  const parser = new XMLParser({
    parseTagValue: false,
    htmlEntities: true,
    trimValues: false,
    isArray: (name) => lists.includes(name),
  });
  try {
    return schema.parse(parser.parse(document));
  } catch (cause) {
    const reason = messageOf(cause);
    throw malformedXml(`The XML you provided was not well-formed or did not fit: ${reason}`);
  }
}

/** Reads a number among the parameters, `absent` when it is not there, at most `maximum`. Throws 400 unless it is a whole number. */
export function numberParameter({ query }: S3Call, name: string, absent: number, maximum: number): number {
  const value = query.get(name);
  if (value === undefined) return absent;
  if (!/^\d{1,9}$/.test(value)) throw new S3Error(400, "InvalidArgument", `${name} must be a whole number.`);
  return Math.min(Number(value), maximum);
}
