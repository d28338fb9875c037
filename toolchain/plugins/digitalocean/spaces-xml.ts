import XMLBuilder from "fast-xml-builder";
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";

/** A rule of a bucket's life cycle, in Pulumi's names. */
export interface LifecycleRule {
  readonly id?: string;
  readonly prefix?: string;
  readonly enabled: boolean;
  readonly abortIncompleteMultipartUploadDays?: number;
  readonly expiration?: {
    readonly date?: string;
    readonly days?: number;
    readonly expiredObjectDeleteMarker?: boolean;
  };
  readonly noncurrentVersionExpiration?: { readonly days?: number };
}

/** One version of an object, or a mark of its deletion. */
export interface ObjectVersion {
  readonly key: string;
  readonly versionId: string;
}

/** Writes the body of `PUT ?versioning`. */
export function versioningXml(enabled: boolean): string {
  return xml("VersioningConfiguration", { Status: enabled ? "Enabled" : "Suspended" });
}

/** Reads from the answer to `GET ?versioning` whether versioning is on. */
export function versioningOf(answer: string): boolean {
  return versioningAnswer.parse(parser.parse(answer)).VersioningConfiguration.Status === "Enabled";
}

/** Reads the bucket's region from the answer to `GET ?location`. */
export function locationOf(answer: string): string {
  return z.object({ LocationConstraint: z.string() }).parse(parser.parse(answer)).LocationConstraint;
}

/** Writes the body of `PUT ?lifecycle`, elements in the order of S3's schema. */
export function lifecycleXml(rules: readonly (LifecycleRule & { readonly id: string })[]): string {
  return xml("LifecycleConfiguration", { Rule: rules.map(toRule) });
}

/** Reads the rules from the answer to `GET ?lifecycle`, in the state's form: properties that are not set are there, and empty. */
export function lifecycleOf(answer: string) {
  return lifecycleAnswer.parse(parser.parse(answer)).LifecycleConfiguration.Rule.map((rule) => ({
    id: rule.ID,
    prefix: rule.Filter?.Prefix ?? rule.Prefix ?? "",
    enabled: rule.Status === "Enabled",
    abortIncompleteMultipartUploadDays: Number(rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation ?? 0),
    expiration:
      rule.Expiration === undefined
        ? null
        : {
            date: rule.Expiration.Date?.slice(0, "2026-11-22".length) ?? "",
            days: Number(rule.Expiration.Days ?? 0),
            expiredObjectDeleteMarker: rule.Expiration.ExpiredObjectDeleteMarker === "true",
          },
    noncurrentVersionExpiration:
      rule.NoncurrentVersionExpiration === undefined
        ? null
        : { days: Number(rule.NoncurrentVersionExpiration.NoncurrentDays) },
  }));
}

/** Reads versions and delete markers from the answer to `GET ?versions`, which is one page of them. */
export function versionsOf(answer: string): ObjectVersion[] {
  const { Version, DeleteMarker } = versionsAnswer.parse(parser.parse(answer)).ListVersionsResult;
  return [...Version, ...DeleteMarker].map(({ Key, VersionId }) => ({ key: Key, versionId: VersionId }));
}

/** Reads unfinished uploads from the answer to `GET ?uploads`, which has at most 1000. */
export function uploadsOf(answer: string): { readonly key: string; readonly uploadId: string }[] {
  const { Upload } = uploadsAnswer.parse(parser.parse(answer)).ListMultipartUploadsResult;
  return Upload.map(({ Key, UploadId }) => ({ key: Key, uploadId: UploadId }));
}

/** Writes the body of `POST ?delete`, whose answer names only the objects that could not be deleted. */
export function deletionXml(versions: readonly ObjectVersion[]): string {
  const Object = versions.map(({ key, versionId }) => ({ Key: key, VersionId: versionId }));
  return xml("Delete", { Object, Quiet: "true" });
}

/** Reads from the answer to `POST ?delete` the objects that could not be deleted, each as `key: code: message`. */
export function undeletedOf(answer: string): string[] {
  return deletionAnswer
    .parse(parser.parse(answer))
    .DeleteResult.Error.map(({ Key, Code, Message }) => `${Key}: ${Code}: ${Message}`);
}

/** Reads an S3 error's body. Code and message are empty when there is no body, or none of S3's. */
export function errorOf(answer: string): { readonly code: string; readonly message: string } {
  const { success, data } = errorAnswer.safeParse(parser.parse(answer));
  return success ? { code: data.Error.Code, message: data.Error.Message } : { code: "", message: "" };
}

const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";
const LISTS = new Set(["Rule", "Version", "DeleteMarker", "Upload"]);

const builder = new XMLBuilder({ ignoreAttributes: false });
// Everything stays text: a key may look like a number, or end in a space.
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  isArray: (name, path) => LISTS.has(name) || path === "DeleteResult.Error",
});

function xml(root: string, content: object): string {
  return builder.build({ [root]: { "@_xmlns": NAMESPACE, ...content } });
}

function toRule(rule: LifecycleRule & { readonly id: string }): object {
  const { abortIncompleteMultipartUploadDays: abortDays = 0, expiration, noncurrentVersionExpiration } = rule;
  const noncurrentDays = noncurrentVersionExpiration?.days ?? 0;
  return {
    ...(abortDays === 0 ? {} : { AbortIncompleteMultipartUpload: { DaysAfterInitiation: abortDays } }),
    ...(expiration === undefined ? {} : { Expiration: toExpiration(expiration) }),
    Filter: { Prefix: rule.prefix ?? "" },
    ID: rule.id,
    ...(noncurrentDays === 0 ? {} : { NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays } }),
    Status: rule.enabled ? "Enabled" : "Disabled",
  };
}

function toExpiration({ date = "", days = 0, expiredObjectDeleteMarker }: NonNullable<LifecycleRule["expiration"]>) {
  if (date !== "") return { Date: date.includes("T") ? date : `${date}T00:00:00Z` };
  return days === 0 ? { ExpiredObjectDeleteMarker: expiredObjectDeleteMarker === true } : { Days: days };
}

/** An element with elements in it. One that has none is read as an empty text. */
function element<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((found) => (typeof found === "string" && found.trim() === "" ? {} : found), z.object(shape));
}

const versioningAnswer = z.object({ VersioningConfiguration: element({ Status: z.string().optional() }) });

const rule = element({
  ID: z.string().default(""),
  Status: z.string(),
  Prefix: z.string().optional(),
  Filter: element({ Prefix: z.string().optional() }).optional(),
  AbortIncompleteMultipartUpload: element({ DaysAfterInitiation: z.string() }).optional(),
  Expiration: element({
    Date: z.string().optional(),
    Days: z.string().optional(),
    ExpiredObjectDeleteMarker: z.string().optional(),
  }).optional(),
  NoncurrentVersionExpiration: element({ NoncurrentDays: z.string() }).optional(),
});
const lifecycleAnswer = z.object({ LifecycleConfiguration: element({ Rule: z.array(rule).default([]) }) });

const versions = z.array(element({ Key: z.string(), VersionId: z.string() })).default([]);
const versionsAnswer = z.object({ ListVersionsResult: element({ Version: versions, DeleteMarker: versions }) });

const uploads = z.array(element({ Key: z.string(), UploadId: z.string() })).default([]);
const uploadsAnswer = z.object({ ListMultipartUploadsResult: element({ Upload: uploads }) });

const undeleted = z.array(element({ Key: z.string(), Code: z.string(), Message: z.string().default("") })).default([]);
const deletionAnswer = z.object({ DeleteResult: element({ Error: undeleted }) });

const errorAnswer = z.object({ Error: element({ Code: z.string(), Message: z.string().default("") }) });
