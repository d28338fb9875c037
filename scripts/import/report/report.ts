import type { PersonOutcome } from "../deliver/node-import.ts";
import type { PasswordOrigin } from "../model/credentials.ts";
import { kinds, type Tally } from "./tally.ts";

/** Report of an import, or of what one would do. */
export interface ImportReport {
  /** Whether anything was written. */
  readonly isDone: boolean;
  /** File or folder that was read, as the operator named it. */
  readonly source: string;
  readonly form: string;
  readonly domain: { readonly from: string; readonly to: string };
  readonly notes: readonly string[];
  readonly kinds: readonly KindReport[];
  /** Number of accounts by how their passwords come over. */
  readonly passwords: Readonly<Record<string, number>>;
  /** Remarks by person or room, in the order of names. */
  readonly remarks: readonly { readonly who: string; readonly texts: readonly string[] }[];
  /** Number of people by what became of them; empty for a check. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Local parts of the accounts that need a new password. */
  readonly withoutPassword: readonly string[];
  /** Local parts of the accounts that have no hash for some mechanism, until their first login. */
  readonly hashOnly: readonly string[];
}

interface KindReport {
  readonly kind: string;
  readonly found: number;
  readonly over: number;
  readonly changed: number;
  readonly lost: number;
  /** Number that the new server has of all that was imported; null: nothing was counted there. */
  readonly onServer: number | null;
  readonly reasons: readonly { readonly reason: string; readonly number: number }[];
}

/** What a report is made of. */
export interface ReportInput extends Pick<ImportReport, "isDone" | "source" | "form" | "domain" | "notes"> {
  readonly tally: Tally;
  readonly origins: ReadonlyMap<string, PasswordOrigin>;
  readonly outcomes: readonly PersonOutcome[];
  readonly counts: Readonly<Record<string, number>> | undefined;
}

/** Makes the report. Kinds of which nothing was found are not in it. */
export function makeReport({ tally, origins, outcomes, counts, ...input }: ReportInput): ImportReport {
  const remarks = new Map(tally.remarks);
  for (const { user, outcome, why } of outcomes) {
    if (why !== undefined || outcome === "left alone" || outcome === "removed here") {
      remarks.set(user, [...(remarks.get(user) ?? []), why === undefined ? outcome : `${outcome}: ${why}`]);
    }
  }
  const usersOf = (origin: PasswordOrigin) => [...origins].flatMap(([user, own]) => (own === origin ? [user] : []));
  return {
    ...input,
    kinds: [...tally.counts]
      .filter(([, { found }]) => found > 0)
      .map(([kind, { found, over, changed, lost, reasons }]) => ({
        kind: kinds[kind],
        ...{ found, over, changed, lost },
        onServer: counts?.[kind] ?? null,
        reasons: [...reasons].map(([reason, number]) => ({ reason, number })).sort((a, b) => b.number - a.number),
      })),
    passwords: countBy([...origins.values()]),
    remarks: [...remarks].map(([who, texts]) => ({ who, texts })).sort((a, b) => (a.who < b.who ? -1 : 1)),
    outcomes: countBy(outcomes.map(({ outcome }) => outcome)),
    withoutPassword: usersOf("none"),
    hashOnly: usersOf("hash"),
  };
}

/** Gives the kinds whose numbers on the server are other ones than the import's: `contacts: 12 came over, 11 are there`. */
export function disagreements(report: ImportReport): string[] {
  return report.kinds.flatMap(({ kind, over, onServer }) =>
    onServer === null || onServer === over ? [] : [`${kind}: ${over} came over, ${onServer} are there`],
  );
}

/**
 * Gives what went wrong: people who failed, and where nobody was there before, kinds whose numbers on the server are other ones. An
 * earlier import makes other numbers, as people change what it wrote.
 */
export function problemsOf(report: ImportReport): string[] {
  const failed = report.remarks.filter(({ texts }) => texts.some((text) => text.startsWith("failed")));
  const isFirst = Object.keys(report.outcomes).every((outcome) => outcome === "imported");
  return [
    ...(failed.length > 0 ? [`${failed.length} failed: ${failed.map(({ who }) => who).join(", ")}`] : []),
    ...(isFirst ? disagreements(report) : []),
  ];
}

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
