import { sizeText } from "../../host/terminal/quantities.ts";
import type { Bucket } from "../object-store/bucket.ts";
import type { ListedObject } from "../object-store/listings.ts";
import { bytesOf, compare, inCopyOrder, inParallel, type Inventory, listCopy } from "./inventory.ts";
import { essentialKeys, newestBackup } from "./layout.ts";
import { transfer } from "./transfer.ts";

/** Throws where a copy has no backup that could be restored. */
export function refuseIncomplete({ place }: Pick<Bucket, "place">, found: Inventory): void {
  const lacking = essentialKeys.filter((key) => !found.has(key));
  if (lacking.length === 0 && newestBackup(found.keys()) !== undefined) return;
  const what = lacking.length === 0 ? "a whole backup of the database" : lacking.join(", ");
  throw new Error(
    `The copy ${place.bucket} at ${place.endpoint} does not have ${what}. Nothing was changed. npm run copy -- --stack S status says ` +
      "more; an earlier state of the copy: --copy-at TIME.",
  );
}

/**
 * Fills a network's own bucket from its copy, and goes on where it was cut off. Rejects, and changes nothing, where the bucket has
 * what the copy does not have in that form.
 */
export async function fillBucket(
  { bucket: from, found }: { readonly bucket: Bucket; readonly found: Inventory },
  to: Bucket,
  report: (line: string) => void,
): Promise<void> {
  const there = await listCopy(to);
  const { fresh, changed, missing } = await compare(found, there, to);
  const isInItsWay = changed.length > 0 || (missing.length > 0 && fresh.length > 0);
  if (isInItsWay) throw notEmpty(to, [...changed, ...missing]);
  const wanted = fresh.flatMap((key): ListedObject[] => [...[found.get(key)].filter((each) => each !== undefined)]);
  const [all, done] = [bytesOf(wanted), { objects: 0, bytes: 0 }];
  for (const kind of inCopyOrder(wanted)) {
    await inParallel(kind, 6, async (object) => {
      await transfer(from, to, object);
      done.objects += 1;
      done.bytes += object.sizeBytes;
      report(`${done.objects} of ${wanted.length} objects, ${sizeText(done.bytes)} of ${sizeText(all)}`);
    });
  }
}

function notEmpty({ place }: Bucket, keys: readonly string[]): Error {
  return new Error(
    `The network's bucket ${place.bucket} is there, and has ${keys.length} objects that the copy does not have like that, such as ` +
      `${keys[0] ?? ""}. A rebuild from the copy fills an empty bucket. Without --from-copy, what is in the bucket is restored. Where ` +
      "that is spoilt, delete its objects first; it keeps them as older versions (docs/copy.md).",
  );
}
