import { createHash } from "node:crypto";
import { type AskBucket, SpacesError } from "./spaces-request.ts";
import { deletionXml, undeletedOf, versionsOf } from "./spaces-xml.ts";

/** The bucket to delete, and whether what is in it goes too. */
export interface Deletion {
  readonly name: string;
  readonly forceDestroy: boolean;
}

/**
 * Deletes a bucket; one that is gone is no error. Of one that is not empty, all versions of all objects go first with
 * `forceDestroy`; without it throws, saying so.
 */
export async function deleteBucket(ask: AskBucket, { name, forceDestroy }: Deletion): Promise<void> {
  try {
    await ask({ method: "DELETE" });
  } catch (error) {
    if (isRefusal(error, "NoSuchBucket")) return;
    if (!isRefusal(error, "BucketNotEmpty")) throw error;
    if (!forceDestroy) {
      throw new Error(
        `The bucket ${name} is not empty, and forceDestroy is not set, so it stays. To lose what is in it: set forceDestroy, ` +
          "update, and delete it then.",
        { cause: error },
      );
    }
    await emptyBucket(ask, name);
    await ask({ method: "DELETE" });
  }
}

async function emptyBucket(ask: AskBucket, name: string): Promise<void> {
  for (;;) {
    const versions = versionsOf(await ask({ method: "GET", query: { versions: "" } }));
    if (versions.length === 0) return;
    const body = deletionXml(versions);
    // S3 asks for this sum where a lost byte would delete something else.
    const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
    const undeleted = undeletedOf(await ask({ method: "POST", query: { delete: "" }, headers, body }));
    if (undeleted.length === 0) continue;
    const [first = ""] = undeleted;
    throw new Error(`${undeleted.length} objects of the bucket ${name} could not be deleted. The first: ${first}`);
  }
}

function isRefusal(error: unknown, code: string): boolean {
  return error instanceof SpacesError && error.code === code;
}
