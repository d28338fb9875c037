import type { PlainSettings } from "../../components/settings/schema.ts";
import { type Finding, kindOf } from "./finding.ts";

/** Entry of the setting `acceptedFindings`: a finding's id or kind, the reason, and the last day on which it is accepted. */
export type AcceptedFinding = PlainSettings["acceptedFindings"][number];

/** Finds the entry that accepts a finding at a time in milliseconds since 1970; undefined: none, or it has run out. */
export function acceptanceOf(
  finding: Finding,
  accepted: readonly AcceptedFinding[],
  now: number,
): AcceptedFinding | undefined {
  return accepted.find(
    ({ finding: named, until }) => (named === finding.id || named === kindOf(finding)) && now < endOf(until),
  );
}

/** The last day counts, to its end in UTC. */
function endOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) + 86_400_000;
}
