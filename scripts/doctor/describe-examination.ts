import { factList, wrapped } from "../../host/terminal/text-table.ts";
import type { AcceptedTrouble, Diagnosis, Examination } from "./examination.ts";

/**
 * Describes an examination for people, on 80 columns but for the commands to type: troubles first, each with its evidence, what it
 * means and what to do next.
 */
export function describeExamination(examination: Examination): string {
  const { troubles, accepted, well, notLooked, broken } = examination;
  return [
    wrapped(verdict(examination)).join("\n"),
    ...troubles.map(describeTrouble),
    ...section(
      "Checks that ended on an error of their own",
      broken.map(({ check, why }) => [check, why] as const),
    ),
    ...section(
      "Not looked at",
      notLooked.map(({ check, why }) => [check, why] as const),
    ),
    ...section("Accepted", accepted.map(acceptedLine)),
    ...section(
      "Well",
      well.map(({ id, seen }) => [`✓ ${id}`, firstLine(seen)] as const),
    ),
  ].join("\n\n");
}

function verdict({ domain, troubles, broken, well, seconds }: Examination): string {
  const errors = troubles.filter(({ severity }) => severity === "error").length;
  const counts = [
    ...(broken.length > 0 ? [`${counted(broken.length, "check")} of the doctor broke`] : []),
    ...(errors > 0 ? [counted(errors, "error")] : []),
    ...(troubles.length > errors ? [counted(troubles.length - errors, "warning")] : []),
  ];
  const judgement = counts.length === 0 ? "all is well" : counts.join(", ");
  return `${domain}: ${judgement}. ${counted(well.length, "finding")} well, in ${seconds} s.`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

function describeTrouble(trouble: Diagnosis): string {
  const { id, severity, seen, wanted, meaning, next, follows } = trouble;
  const facts: (readonly [string, string])[] = [
    ["seen", seen.trim().split("\n").slice(0, 6).join("\n")],
    ["wanted", wanted],
    ["means", meaning],
    ...(follows.length === 0 ? [] : [["follows", follows.map((finding) => finding.id).join(", ")] as const]),
  ];
  // A command that is broken into lines is none that could be copied.
  return `${severity === "error" ? "✗" : "!"} ${id}\n${factList(facts)}\n  ${"next".padEnd(widthOf(facts))}  ${next}`;
}

function widthOf(facts: readonly (readonly [string, string])[]): number {
  return Math.max(...facts.map(([name]) => name.length));
}

function acceptedLine({ id, reason, until }: AcceptedTrouble): readonly [string, string] {
  return [id, `${reason} (until ${until})`];
}

function section(title: string, facts: readonly (readonly [string, string])[]): readonly string[] {
  return facts.length === 0 ? [] : [`${title}\n${factList(facts)}`];
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}
