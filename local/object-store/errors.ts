import XMLBuilder from "fast-xml-builder";

/**
 * A request that the object store refuses, with S3's status and code.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
export class S3Error extends Error {
  override readonly name = "S3Error";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

/** 403: no signature, or a key without the right to do this. */
export const accessDenied = (message: string) => new S3Error(403, "AccessDenied", message);
/** 404: no bucket of this name in this region. */
export const noSuchBucket = () => new S3Error(404, "NoSuchBucket", "The specified bucket does not exist.");
/** 404: no object of this key, or a delete marker. */
export const noSuchKey = () => new S3Error(404, "NoSuchKey", "The specified key does not exist.");
/** 404: the object has no version of this id. */
export const noSuchVersion = () => new S3Error(404, "NoSuchVersion", "The specified version does not exist.");
/** 400: the request makes no sense; `message` says why. */
export const invalidRequest = (message: string) => new S3Error(400, "InvalidRequest", message);
/** 400: the body is no XML, or not what this call takes. */
export const malformedXml = (message: string) => new S3Error(400, "MalformedXML", message);
/** 501: S3 has `what`, this object store does not. */
export const notImplemented = (what: string) =>
  new S3Error(501, "NotImplemented", `The local cloud's object store does not implement ${what}.`);

/** Writes S3's error body. */
export function errorXml({ code, message }: S3Error, resource: string, requestId: string): string {
  return toXml("Error", { Code: code, Message: message, Resource: resource, RequestId: requestId });
}

/** Writes an XML document of S3's: `content` below one element `root`. Lists become repeated elements. */
export function toXml(root: string, content: object, namespace?: string): string {
  const attributes = namespace === undefined ? {} : { "@xmlns": namespace };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ [root]: { ...attributes, ...content } })}`;
}

/** Namespace of S3's documents, errors excepted. */
export const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@" });
