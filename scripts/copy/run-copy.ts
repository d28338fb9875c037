import { sizeText } from "../../host/terminal/quantities.ts";
import type { Bucket } from "../object-store/bucket.ts";
import type { ListedObject } from "../object-store/listings.ts";
import { checkCopyBucket } from "./copy-bucket.ts";
import { bytesOf, compare, inCopyOrder, inParallel, type Inventory, listBackups, listCopy } from "./inventory.ts";
import { type Findings, losses, wholenessProblem } from "./judge.ts";
import { keepLocked } from "./keep-locked.ts";
import { type CopyRecord, type Expiry, expiry, readMissing, writeMissing, writeRecord } from "./notes.ts";
import { Damaged, transfer, Vanished } from "./transfer.ts";

/** A copy to be made. */
export interface CopyOrder {
  readonly domain: string;
  /** The network's bucket, with a key that reads it. */
  readonly source: Bucket;
  /** Bucket of the copy, with a key that writes it. */
  readonly target: Bucket;
  /** Days that the copy keeps what the network's bucket has deleted. */
  readonly keepDays: number;
  /** True: what the network's bucket lost is taken out of the copy, too; its versions stay as long as they are locked. */
  readonly acceptLoss: boolean;
  /** Gets a line about what is being done. */
  readonly report: (line: string) => void;
}

/** What a copy did. */
export interface CopyReport {
  readonly record: CopyRecord;
  /** Objects that were copied, and their bytes. */
  readonly copied: { readonly objects: number; readonly bytes: number };
  readonly expired: number;
  /** A line for each lack of the copy's bucket. */
  readonly warnings: readonly string[];
}

/**
 * Copies what is new in a network's bucket of backups. It may be killed at any moment: what was copied stays, refers to nothing that
 * is not there, and is not copied again. Rejects, and leaves the copy as it was, where the bucket has lost what the copy has.
 */
export async function runCopy(order: CopyOrder): Promise<CopyReport> {
  const startedAt = new Date().toISOString();
  const warnings = await checkCopyBucket(order.target, order.keepDays);
  const copied = { objects: 0, bytes: 0 };
  for (let round = 1; ; round++) {
    try {
      const findings = await look(order);
      refuseLosses(order, findings);
      await transferAll(order, findings, copied);
      const gone = await expire(order, findings);
      const record = recordOf(order, findings.source, startedAt);
      await writeRecord(order.target, record);
      return { record, copied, expired: gone.expired.length, warnings };
    } catch (error) {
      if (error instanceof Damaged) throw leftAsItWas(order, [error.message]);
      if (!(error instanceof Vanished) || round >= mostRounds) throw error;
      order.report(`${error.message}; looking again`);
    }
  }
}

/** A network's bucket changes once a day, and then for minutes. */
const mostRounds = 5;
/** Objects that are copied at once: each has one part of 16 MiB in memory. */
const width = 6;

async function look({ source, target, report }: CopyOrder): Promise<Findings & { readonly since: Expiry["missing"] }> {
  report("listing");
  const [found, copy, since] = await Promise.all([listBackups(source), listCopy(target), readMissing(target)]);
  const differences = await compare(found, copy, target);
  return {
    source: found,
    copy,
    differences,
    since,
    knownMissing: new Set([...since.values()].flatMap((keys) => [...keys])),
  };
}

function refuseLosses(order: CopyOrder, findings: Findings): void {
  const problem = wholenessProblem(findings);
  if (problem !== undefined) throw leftAsItWas(order, [problem]);
  const lost = losses(findings);
  if (lost.length > 0 && !order.acceptLoss) throw leftAsItWas(order, lost);
}

function leftAsItWas({ source, domain }: CopyOrder, reasons: readonly string[]): Error {
  const { bucket, endpoint } = source.place;
  return new Error(
    `The copy of ${domain} stays what it was. In ${bucket} at ${endpoint}:\n` +
      `${reasons.map((reason) => `  ${reason}`).join("\n")}\n` +
      "If that was an attack or a mistake, the copy is what you have: docs/copy.md#when-it-refuses says how to go on. If it was you, " +
      "and on purpose: --accept-loss.",
  );
}

async function transferAll(
  { source, target, report }: CopyOrder,
  { source: found, differences }: Findings,
  copied: { objects: number; bytes: number },
): Promise<void> {
  const wanted = [...differences.fresh, ...differences.changed].flatMap((key): ListedObject[] => {
    const object = found.get(key);
    return object === undefined ? [] : [object];
  });
  const total = { objects: wanted.length + copied.objects, bytes: bytesOf(wanted) + copied.bytes };
  for (const kind of inCopyOrder(wanted)) {
    await inParallel(kind, width, async (object) => {
      await transfer(source, target, object);
      copied.objects += 1;
      copied.bytes += object.sizeBytes;
      report(`${copied.objects} of ${total.objects} objects, ${sizeText(copied.bytes)} of ${sizeText(total.bytes)}`);
    });
  }
}

async function expire(
  { target, keepDays, acceptLoss }: CopyOrder,
  { differences, since, copy }: Findings & { readonly since: Expiry["missing"] },
): Promise<Expiry> {
  const decided = acceptLoss
    ? { expired: differences.missing, missing: new Map() }
    : expiry(since, differences.missing, { keepDays, nowMs: Date.now() });
  await inParallel(decided.expired, width, (key) => target.remove(key));
  await writeMissing(target, since, decided.missing);
  const gone = new Set(decided.expired);
  await keepLocked(
    target,
    [...copy.values()].filter(({ key }) => !gone.has(key)),
    keepDays,
  );
  return decided;
}

function recordOf({ domain, source }: CopyOrder, found: Inventory, startedAt: string): CopyRecord {
  const { endpoint, bucket } = source.place;
  const log = [...found.values()].filter(({ key }) => key.startsWith("postgresql/archive/"));
  return {
    version: 1,
    domain,
    source: { endpoint, bucket },
    startedAt,
    finishedAt: new Date().toISOString(),
    objects: found.size,
    bytes: bytesOf(found.values()),
    newestLogAt:
      log
        .map(({ lastModified }) => lastModified)
        .sort()
        .at(-1) ?? null,
  };
}
