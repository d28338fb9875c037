import { createHash } from "node:crypto";
import { type AskBucket, SpacesError } from "./spaces-request.ts";
import { type ObjectVersion, deletionXml, undeletedOf, uploadsOf, versionsOf } from "./spaces-xml.ts";

/** The bucket to delete, and whether what is in it goes too. */
export interface Deletion {
  readonly name: string;
  readonly forceDestroy: boolean;
}

/** S3 deletes at most so many versions by one request. */
const MAX_DELETED = 1000;

/**
 * Deletes a bucket; one that is gone is no error. Of one that is not empty, all versions of all objects and all unfinished
 * uploads go first with `forceDestroy`; without it throws, saying so. Throws also when something in it cannot be deleted.
 */
export async function deleteBucket(ask: AskBucket, { name, forceDestroy }: Deletion): Promise<void> {
  let last = "";
  for (;;) {
    const refused = await refusalOf(ask);
    if (refused === undefined) return;
    if (!forceDestroy) {
      throw new Error(
        `The bucket ${name} is not empty, and forceDestroy is not set, so it stays. To lose what is in it: set forceDestroy, ` +
          "update, and delete it then.",
        { cause: refused },
      );
    }
    const deleted = await deletePage(ask, name);
    if (deleted === last) {
      throw new Error(
        `The bucket ${name} is refused as not empty, and lists nothing that goes away when it is deleted.`,
        {
          cause: refused,
        },
      );
    }
    last = deleted;
  }
}

/** Asks for the bucket's deletion: undefined when it is gone, else the refusal of one that is not empty. */
async function refusalOf(ask: AskBucket): Promise<SpacesError | undefined> {
  try {
    await ask({ method: "DELETE" });
    return undefined;
  } catch (error) {
    if (isRefusal(error, "NoSuchBucket")) return undefined;
    if (isRefusal(error, "BucketNotEmpty")) return error;
    throw error;
  }
}

/** Deletes what the first page of versions lists; where it is empty, the unfinished uploads. Returns what it was, as a text. */
async function deletePage(ask: AskBucket, name: string): Promise<string> {
  const versions = versionsOf(await ask({ method: "GET", query: { versions: "" } }));
  for (let start = 0; start < versions.length; start += MAX_DELETED) {
    await deleteVersions(ask, name, versions.slice(start, start + MAX_DELETED));
  }
  if (versions.length > 0) return JSON.stringify(versions);
  const uploads = uploadsOf(await ask({ method: "GET", query: { uploads: "" } }));
  for (const { key, uploadId } of uploads) await ask({ method: "DELETE", key, query: { uploadId } });
  return JSON.stringify(uploads);
}

async function deleteVersions(ask: AskBucket, name: string, versions: readonly ObjectVersion[]): Promise<void> {
  const body = deletionXml(versions);
  // S3 asks for this sum where a lost byte would delete something else.
  const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
  const undeleted = undeletedOf(await ask({ method: "POST", query: { delete: "" }, headers, body }));
  const [first] = undeleted;
  if (first === undefined) return;
  throw new Error(`${undeleted.length} objects of the bucket ${name} could not be deleted. The first: ${first}`);
}

function isRefusal(error: unknown, code: string): error is SpacesError {
  return error instanceof SpacesError && error.code === code;
}
