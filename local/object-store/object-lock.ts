import { z } from "zod";

import type { Bucket, BucketRecord } from "./buckets.ts";
import { parseXml, readText, requireAccess, type S3Answer, type S3Call, xmlAnswer } from "./call.ts";
import { accessDenied, invalidRequest, malformedXml, S3Error } from "./errors.ts";
import type { ObjectVersion } from "./object-index.ts";

type Retention = NonNullable<ObjectVersion["retention"]>;

/**
 * Describes a bucket's Object Lock. Throws 404 where it has none.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
 */
export function describeObjectLock({ objectLock }: BucketRecord): S3Answer {
  if (objectLock === null) {
    const message = "Object Lock configuration does not exist for this bucket";
    throw new S3Error(404, "ObjectLockConfigurationNotFoundError", message);
  }
  const { retention } = objectLock;
  const rule =
    retention === null ? {} : { Rule: { DefaultRetention: { Mode: retention.mode, Days: String(retention.days) } } };
  return xmlAnswer("ObjectLockConfiguration", { ObjectLockEnabled: "Enabled", ...rule });
}

/**
 * Reads the Object Lock that a call wants for a bucket. Throws 409 where the bucket has no versions.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
 */
export async function readObjectLock(
  call: S3Call,
  { versioning }: BucketRecord,
): Promise<NonNullable<BucketRecord["objectLock"]>> {
  const { ObjectLockConfiguration: wanted } = parseXml(await readText(call), lockDocument);
  if (versioning !== "Enabled") {
    throw new S3Error(409, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply Object Lock.");
  }
  const rule = wanted.Rule?.DefaultRetention;
  return { retention: rule === undefined ? null : { mode: rule.Mode, days: Number(rule.Days) } };
}

const mode = z.enum(["COMPLIANCE", "GOVERNANCE"]);
const lockDocument = z.object({
  ObjectLockConfiguration: z.object({
    ObjectLockEnabled: z.literal("Enabled"),
    Rule: z.object({ DefaultRetention: z.object({ Mode: mode, Days: z.string().regex(/^[1-9]\d{0,4}$/) }) }).optional(),
  }),
});

/**
 * Makes the retention of a version that is stored now: the bucket's own. Throws 400 where there is one and the request has no
 * checksum of its content, which S3 asks for then.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
 */
export function newRetention(call: S3Call, { record }: Bucket): { readonly retention?: Retention } {
  const rule = record.objectLock?.retention;
  if (rule === null || rule === undefined) return {};
  return { retention: { mode: rule.mode, until: new Date(call.now().getTime() + rule.days * dayMs).toISOString() } };
}

/** Throws 400 where the bucket has a retention, and the content comes without a checksum. */
export function requireChecksum({ headers }: S3Call, { record }: Bucket): void {
  if ((record.objectLock?.retention ?? null) === null) return;
  const isThere = Object.keys(headers).some((name) => name === "content-md5" || name.startsWith("x-amz-checksum-"));
  if (isThere || headers["x-amz-trailer"] !== undefined) return;
  throw invalidRequest(
    "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters",
  );
}

const dayMs = 86_400_000;

/** Throws 403 where a version's retention keeps the call from deleting it. */
export function refuseLocked(call: S3Call, bucket: Bucket, version: ObjectVersion): void {
  const { retention } = version;
  if (retention === undefined || Date.parse(retention.until) <= call.now().getTime()) return;
  if (retention.mode === "GOVERNANCE" && bypassesGovernance(call, bucket)) return;
  throw locked();
}

function bypassesGovernance(call: S3Call, { record }: Bucket): boolean {
  if (call.headers["x-amz-bypass-governance-retention"]?.toLowerCase() !== "true") return false;
  requireAccess(call, record.name, "full");
  return true;
}

/**
 * Tells or replaces the retention of one version. Throws 403 where it would end earlier.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html
 */
export async function answerRetention(call: S3Call, bucket: Bucket, version: ObjectVersion): Promise<S3Answer> {
  if (bucket.record.objectLock === null) throw invalidRequest("Bucket is missing Object Lock Configuration");
  const { retention: now } = version;
  if (call.method === "GET") {
    if (now === undefined) {
      throw new S3Error(404, "NoSuchObjectLockConfiguration", "The specified object does not have a retention.");
    }
    return xmlAnswer("Retention", { Mode: now.mode, RetainUntilDate: now.until });
  }
  const wanted = parseXml(await readText(call), retentionDocument).Retention;
  const until = new Date(wanted.RetainUntilDate);
  if (until.getTime() <= call.now().getTime()) throw malformedXml("The retain until date must be in the future!");
  if (isWeaker({ mode: wanted.Mode, until: until.toISOString() }, now)) refuseLocked(call, bucket, version);
  await bucket.objects.retain(version, { mode: wanted.Mode, until: until.toISOString() });
  return { status: 200 };
}

const retentionDocument = z.object({ Retention: z.object({ Mode: mode, RetainUntilDate: z.iso.datetime() }) });

function isWeaker(wanted: Retention, now: Retention | undefined): boolean {
  if (now === undefined) return false;
  return wanted.until < now.until || (now.mode === "COMPLIANCE" && wanted.mode === "GOVERNANCE");
}

/** Makes the headers that tell a version's retention. */
export function lockHeaders({ retention }: ObjectVersion): Record<string, string> {
  if (retention === undefined) return {};
  return { "x-amz-object-lock-mode": retention.mode, "x-amz-object-lock-retain-until-date": retention.until };
}

function locked(): S3Error {
  return accessDenied("Access Denied because object protected by object lock.");
}
