import { textTable, wrapped } from "../../../host/terminal/text-table.ts";
import { disagreements, type ImportReport } from "./report.ts";

/** Writes a report for a terminal: a table of kinds, the reasons, and the first of the remarks. */
export function reportText(report: ImportReport): string {
  return [
    ...wrapped(
      `${report.form} of ${report.domain.from}, ${report.isDone ? "imported into" : "as it would come into"} ${report.domain.to}`,
    ),
    ...report.notes.flatMap((note) => wrapped(`  ${note}`)),
    "",
    kindTable(report),
    "",
    ...reasonLines(report),
    ...passwordLines(report),
    ...outcomeLines(report),
    ...remarkLines(report),
    ...(report.isDone ? [] : ["Nothing was written."]),
  ].join("\n");
}

function kindTable({ kinds, isDone }: ImportReport): string {
  const headings = ["", "found", "comes over", "changed", "lost", ...(isDone ? ["on the server"] : [])];
  const rows = kinds.map(({ kind, found, over, changed, lost, onServer }) => [
    ...[kind, found, over, changed, lost],
    ...(isDone ? [onServer ?? ""] : []),
  ]);
  return textTable(headings, rows);
}

function reasonLines({ kinds }: ImportReport): string[] {
  const lines = kinds.flatMap(({ kind, reasons }) =>
    reasons.slice(0, mostReasons).flatMap(({ reason, number }) => wrapped(`  ${kind}, ${number}: ${reason}`)),
  );
  return lines.length === 0 ? [] : ["Changed or lost:", ...lines, ""];
}

const mostReasons = 8;

function passwordLines({ passwords, withoutPassword, hashOnly }: ImportReport): string[] {
  const words = [
    [passwords["proven"], "old password, proven against the hash that was kept beside it"],
    [passwords["known"], "old password"],
    [passwords["hashes"], "old password as its hashes for all mechanisms"],
    [passwords["hash"], "old password as a hash for one mechanism: the first login by PLAIN makes the others"],
    [passwords["here"], "password that they have here: none comes over"],
    [passwords["none"], "no password: links to set one by --reset-links, or npm run reset -- --imported"],
  ] as const;
  const lines = words.flatMap(([number, text]) => (number === undefined ? [] : [`  ${number}  ${text}`]));
  const lists = [
    ...listed("Without a password", withoutPassword),
    ...listed("With a hash for one mechanism only", hashOnly),
  ];
  return ["Log in with:", ...lines, ...lists, ""];
}

function listed(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > mostNames ? `, and ${names.length - mostNames} more` : "";
  return wrapped(`  ${title}: ${names.slice(0, mostNames).join(", ")}${more}`);
}

const mostNames = 20;

function outcomeLines(report: ImportReport): string[] {
  if (!report.isDone) return [];
  const lines = Object.entries(report.outcomes).map(([outcome, number]) => `  ${number}  ${outcome}`);
  const differing = disagreements(report).map((line) => `  differs: ${line}`);
  return ["Accounts:", ...lines, ...differing, ""];
}

function remarkLines({ remarks }: ImportReport): string[] {
  if (remarks.length === 0) return [];
  const lines = remarks
    .slice(0, mostNames)
    .flatMap(({ who, texts }) => wrapped(`  ${who}: ${texts.slice(0, 5).join("; ")}`));
  const more =
    remarks.length > mostNames ? [`  and ${remarks.length - mostNames} more: --json or --html FILE has all`] : [];
  return ["By person:", ...lines, ...more, ""];
}
