import { sizeText } from "../../host/terminal/quantities.ts";
import type { ListedObject } from "../object-store/listings.ts";
import { bytesOf, type Differences, type Inventory } from "./inventory.ts";
import { essentialKeys, overwritten } from "./layout.ts";

/** A bucket of backups, its copy, and what is different between both. */
export interface Findings {
  readonly source: Inventory;
  readonly copy: Inventory;
  readonly differences: Differences;
  /** Keys that earlier copies found missing in the bucket already. */
  readonly knownMissing: ReadonlySet<string>;
}

/** Judges whether a bucket has whole backups to copy: a sentence that says why not, undefined where it has. Pure. */
export function wholenessProblem({ source, copy }: Pick<Findings, "source" | "copy">): string | undefined {
  const lacking = essentialKeys.filter((key) => !source.has(key));
  if (lacking.length === 0) return undefined;
  const what = source.size === 0 ? "is empty" : `does not have ${lacking.join(", ")}`;
  return copy.size === 0 ? `the bucket ${what}: there is no backup yet` : `the bucket ${what}, and the copy does`;
}

/**
 * Judges whether a bucket lost what a copy must not lose after it: a sentence for each loss. Backups expire a few at a time, and
 * none is ever overwritten. Pure.
 */
export function losses({ source, copy, differences, knownMissing }: Findings): string[] {
  const spoilt = overwritten(differences.changed, (key) => copy.has(key));
  const gone = differences.missing.filter((key) => !knownMissing.has(key));
  return [
    ...(spoilt.length === 0
      ? []
      : [`${spoilt.length} objects that nobody overwrites have other content, such as ${spoilt[0] ?? ""}`]),
    ...repositories.flatMap((prefix) => shrinkage({ prefix, source, copy, gone })),
  ];
}

const repositories = ["postgresql/", "files/"] as const;
/** Share of a repository that may go at once: of two full backups, one. */
const mostAtOnce = 0.6;
/** Repositories below that size are too small for shares to mean anything. */
const tooSmallBytes = 8 * 1024 * 1024;

interface Shrinkage extends Pick<Findings, "source" | "copy"> {
  readonly prefix: string;
  readonly gone: readonly string[];
}

function shrinkage({ prefix, copy, gone }: Shrinkage): string[] {
  const of = (keys: Iterable<string>) =>
    [...keys].filter((key) => key.startsWith(prefix)).flatMap((key) => copy.get(key) ?? ([] as ListedObject[]));
  const [all, lost] = [bytesOf(of(copy.keys())), bytesOf(of(gone))];
  if (all < tooSmallBytes || lost <= all * mostAtOnce) return [];
  const what = `${of(gone).length} objects with ${sizeText(lost)} of ${sizeText(all)}`;
  return [`${what} below ${prefix} have gone since the last copy`];
}
