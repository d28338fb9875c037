import { agoText, sizeText } from "../../host/terminal/quantities.ts";
import { factList } from "../../host/terminal/text-table.ts";
import type { Bucket } from "../object-store/bucket.ts";
import { checkCopyBucket } from "./copy-bucket.ts";
import { bytesOf, listCopy } from "./inventory.ts";
import { essentialKeys, newestBackup } from "./layout.ts";
import { type CopyRecord, readRecord } from "./notes.ts";

/** A copy as it was found in its bucket. */
export interface CopyStatus {
  readonly healthy: boolean;
  /** A sentence for each thing that is wrong. */
  readonly troubles: readonly string[];
  /** A sentence for each lack of the bucket that can be lived with. */
  readonly warnings: readonly string[];
  /** Record of the last copy that came to its end. */
  readonly last: CopyRecord | undefined;
  readonly objects: number;
  readonly bytes: number;
  /** Label of the newest backup of the database, which a restore begins with. */
  readonly newestBackup: string | undefined;
}

/** Age from which on a copy is too old: one a day, and two hours. */
const oldestMs = 26 * 3_600_000;

/** Looks at a copy: its age, what it holds, and whether a restore would find its beginning there. */
export async function readCopyStatus(bucket: Bucket, keepDays: number, nowMs = Date.now()): Promise<CopyStatus> {
  const warnings = await checkCopyBucket(bucket, keepDays);
  const [found, last] = await Promise.all([listCopy(bucket), readRecord(bucket)]);
  const newest = newestBackup(found.keys());
  const lacking = essentialKeys.filter((key) => !found.has(key));
  const troubles = [
    ...ageTrouble(last, nowMs),
    ...(lacking.length === 0 ? [] : [`the copy does not have ${lacking.join(", ")}`]),
    ...(newest === undefined && lacking.length === 0 ? ["the copy has no whole backup of the database"] : []),
    ...(last !== undefined && found.size < last.objects
      ? [`the copy has ${found.size} objects, and had ${last.objects} when it was made`]
      : []),
  ];
  return {
    healthy: troubles.length === 0,
    troubles,
    warnings,
    last,
    objects: found.size,
    bytes: bytesOf(found.values()),
    newestBackup: newest,
  };
}

function ageTrouble(last: CopyRecord | undefined, nowMs: number): string[] {
  if (last === undefined) return ["no copy has come to its end yet"];
  if (nowMs - Date.parse(last.finishedAt) <= oldestMs) return [];
  return [`the last copy is from ${agoText(last.finishedAt, nowMs)}`];
}

/** Formats a copy's status as text for the operator, on 80 columns. */
export function describeCopy(status: CopyStatus, { place }: Pick<Bucket, "place">, nowMs = Date.now()): string {
  const { last, newestBackup: label, objects, bytes, warnings, troubles } = status;
  const ago = (time: string | null | undefined) => (typeof time === "string" ? agoText(time, nowMs) : "never");
  return [
    `Copy of all backups${last === undefined ? "" : ` of ${last.domain}`}, in ${place.bucket} at ${place.endpoint}`,
    "",
    factList([
      ["last copy", ago(last?.finishedAt)],
      ["size", `${objects} objects, ${sizeText(bytes)}`],
      [
        "a restore gets",
        label === undefined ? "nothing" : `backup ${label}, and changes until ${ago(last?.newestLogAt)}`,
      ],
      ...warnings.map((warning) => ["note", warning] as const),
      ["health", status.healthy ? "good" : `NOT HEALTHY: ${troubles.join("\n")}`],
    ]),
  ].join("\n");
}
