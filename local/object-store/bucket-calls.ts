import { z } from "zod";

import { type Bucket, bucketRecord, type Buckets } from "./buckets.ts";
import { parseXml, readText, requireAccess, type S3Answer, type S3Call, xmlAnswer } from "./call.ts";
import { malformedXml, noSuchBucket, notImplemented, S3Error } from "./errors.ts";
import { listObjects, listObjectsV2, listVersions, owner } from "./list-calls.ts";
import { listUploads } from "./multipart-calls.ts";
import { deleteObjects } from "./object-calls.ts";
import { describeObjectLock, readObjectLock } from "./object-lock.ts";

/**
 * Lists the buckets of a region. Needs full access.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
 */
export function listBuckets(call: S3Call, buckets: Buckets, region: string): S3Answer {
  if (call.method !== "GET") throw notImplemented(`${call.method} /`);
  requireAccess(call, "", "full");
  const all = buckets.list(region).map(({ name, createdAt }) => ({ Name: name, CreationDate: createdAt }));
  return xmlAnswer("ListAllMyBucketsResult", { Owner: owner, Buckets: { Bucket: all } });
}

/** Answers a call to a bucket: makes or deletes it, lists its objects, reads or changes its settings. Throws an S3Error. */
export async function answerBucketCall(
  call: S3Call,
  buckets: Buckets,
  { region, name }: { readonly region: string; readonly name: string },
): Promise<S3Answer> {
  const setting = settings.find((each) => call.query.has(each));
  const access = accessOf(call.method, setting);
  requireAccess(call, name, access);
  if (call.method === "PUT" && setting === undefined) return createBucket(call, buckets, region, name);
  const bucket = await buckets.find(region, name);
  if (bucket === undefined) throw noSuchBucket();
  if (setting !== undefined) return answerSetting(call, buckets, bucket, setting);
  switch (call.method) {
    case "HEAD":
      return { status: 200 };
    case "GET":
      return call.query.get("list-type") === "2" ? listObjectsV2(call, bucket) : listObjects(call, bucket);
    case "DELETE":
      await buckets.delete(bucket);
      return { status: 204 };
    default:
      throw notImplemented(`${call.method} of a bucket`);
  }
}

/** Parameters that name a part of a bucket. */
const settings = [
  ...["acl", "versioning", "lifecycle", "location", "versions", "uploads", "delete"],
  ...["cors", "policy", "tagging", "website", "logging", "notification", "replication", "encryption", "object-lock"],
  ...["accelerate", "requestPayment", "publicAccessBlock", "ownershipControls", "policyStatus", "policy-status"],
];

function accessOf(method: string, setting: string | undefined) {
  if (method === "GET" || method === "HEAD") return "read";
  return setting === "delete" ? "write" : "full";
}

async function createBucket(call: S3Call, buckets: Buckets, region: string, name: string): Promise<S3Answer> {
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(name)) {
    throw new S3Error(400, "InvalidBucketName", "A name has 3 to 63 lower-case letters, digits and hyphens.");
  }
  // Its content would name a region, which the host does already.
  await readText(call);
  const withObjectLock = call.headers["x-amz-bucket-object-lock-enabled"]?.toLowerCase() === "true";
  if (withObjectLock && !call.hasObjectLock) throw notImplemented("Object Lock");
  await buckets.create(region, name, { acl: readAcl(call), withObjectLock });
  return { status: 200, headers: { location: `/${name}` } };
}

type Answerer = (call: S3Call, buckets: Buckets, bucket: Bucket) => Promise<S3Answer> | S3Answer;

const answerers: Readonly<Record<string, Answerer>> = {
  "GET acl": (_call, _buckets, { record }) => xmlAnswer("AccessControlPolicy", describeAcl(record.acl)),
  "PUT acl": async (call, buckets, { record }) => {
    await buckets.change({ ...record, acl: readAcl(call) });
    return { status: 200 };
  },
  "GET versioning": (_call, _buckets, { record: { versioning } }) =>
    xmlAnswer("VersioningConfiguration", versioning === null ? {} : { Status: versioning }),
  "PUT versioning": async (call, buckets, { record }) => {
    const { VersioningConfiguration: wanted } = parseXml(await readText(call), versioningDocument);
    if (record.objectLock !== null && wanted.Status !== "Enabled") {
      throw new S3Error(
        409,
        "InvalidBucketState",
        "The versioning state of a bucket with Object Lock cannot be changed.",
      );
    }
    await buckets.change({ ...record, versioning: wanted.Status });
    return { status: 200 };
  },
  "GET lifecycle": (_call, _buckets, { record: { lifecycle } }) => {
    if (lifecycle === null) throw missing("NoSuchLifecycleConfiguration", "lifecycle configuration");
    return { status: 200, headers: { "content-type": "application/xml" }, body: lifecycle };
  },
  "PUT lifecycle": async (call, buckets, { record }) => {
    const lifecycle = await readText(call);
    parseXml(lifecycle, lifecycleDocument, ["Rule"]);
    await buckets.change({ ...record, lifecycle });
    return { status: 200 };
  },
  "DELETE lifecycle": async (_call, buckets, { record }) => {
    await buckets.change({ ...record, lifecycle: null });
    return { status: 204 };
  },
  "GET location": (_call, _buckets, { record }) => xmlAnswer("LocationConstraint", { "#text": record.region }),
  "GET versions": (call, _buckets, bucket) => listVersions(call, bucket),
  "GET uploads": (_call, _buckets, bucket) => listUploads(bucket),
  "POST delete": (call, _buckets, bucket) => deleteObjects(call, bucket),
  "GET object-lock": (_call, _buckets, { record }) => describeObjectLock(record),
  "PUT object-lock": async (call, buckets, { record }) => {
    await buckets.change({ ...record, objectLock: await readObjectLock(call, record) });
    return { status: 200 };
  },
  "GET cors": () => {
    throw missing("NoSuchCORSConfiguration", "CORS configuration");
  },
  "GET policy": () => {
    throw missing("NoSuchBucketPolicy", "bucket policy");
  },
};

async function answerSetting(call: S3Call, buckets: Buckets, bucket: Bucket, setting: string): Promise<S3Answer> {
  const answerer = answerers[`${call.method} ${setting}`];
  if (answerer === undefined) throw notImplemented(`${call.method} ?${setting} of a bucket`);
  return answerer(call, buckets, bucket);
}

const versioningDocument = z.object({
  VersioningConfiguration: z.object({ Status: bucketRecord.shape.versioning.unwrap() }),
});

const lifecycleDocument = z.object({
  LifecycleConfiguration: z.object({
    Rule: z.array(z.object({ Status: z.enum(["Enabled", "Disabled"]) })).min(1),
  }),
});

function readAcl({ headers }: S3Call) {
  const parsed = bucketRecord.shape.acl.safeParse(headers["x-amz-acl"] ?? "private");
  if (!parsed.success) throw malformedXml("x-amz-acl must be private or public-read.");
  return parsed.data;
}

function describeAcl(acl: Bucket["record"]["acl"]) {
  const grantee = (type: string, content: object) => ({
    "@xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "@xsi:type": type,
    ...content,
  });
  const everyone = { URI: "http://acs.amazonaws.com/groups/global/AllUsers" };
  const grants = [
    { Grantee: grantee("CanonicalUser", owner), Permission: "FULL_CONTROL" },
    ...(acl === "public-read" ? [{ Grantee: grantee("Group", everyone), Permission: "READ" }] : []),
  ];
  return { Owner: owner, AccessControlList: { Grant: grants } };
}

function missing(code: string, what: string): S3Error {
  return new S3Error(404, code, `The bucket has no ${what}.`);
}
