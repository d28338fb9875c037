import { messageOf } from "../../host/error.ts";
import { type AcceptedFinding, acceptanceOf } from "./accepted.ts";
import type { Check } from "./check.ts";
import { NotLooked } from "./not-looked.ts";
import type { ExaminedNetwork } from "./examined-network.ts";
import type { Finding } from "./finding.ts";

/** Result of all checks of a network, as `--json` prints it. */
export interface Examination {
  readonly domain: string;
  /** RFC 3339. */
  readonly at: string;
  readonly seconds: number;
  /** 0: all is well. 1: warnings. 2: errors. 3: a check of the doctor's broke. */
  readonly exitCode: 0 | 1 | 2 | 3;
  /** Troubles to do something about, errors first. */
  readonly troubles: readonly Diagnosis[];
  /** Troubles that the stack's settings accept. */
  readonly accepted: readonly AcceptedTrouble[];
  readonly well: readonly Finding[];
  /** Checks that something stood in the way of. */
  readonly notLooked: readonly Unlooked[];
  /** Checks that ended on an error of their own, with its words. */
  readonly broken: readonly Unlooked[];
}

/** Trouble with the troubles that follow from it. */
export interface Diagnosis extends Finding {
  readonly follows: readonly Finding[];
}

/** Trouble that an operator has accepted. */
export interface AcceptedTrouble extends Finding {
  readonly reason: string;
  /** Last day of the acceptance, such as 2027-01-31. */
  readonly until: string;
}

/** Check without a result, and the reason. */
export interface Unlooked {
  readonly check: string;
  readonly why: string;
}

/** Runs all checks at once. A check that is not done after `limitMs` counts as broken. */
export async function examine(
  network: ExaminedNetwork,
  checks: readonly Check[],
  { limitMs = 13_000, now = Date.now() }: { readonly limitMs?: number; readonly now?: number } = {},
): Promise<Examination> {
  const startedMs = performance.now();
  const outcomes = await Promise.all(checks.map((check) => outcomeOf(check, network, limitMs)));
  const findings = outcomes.flatMap((outcome) => outcome.findings);
  const { open, accepted } = sortOut(findings, network.accepted, now);
  const broken = outcomes.flatMap((outcome) => outcome.broken);
  return {
    domain: network.outputs.domain,
    at: new Date(now).toISOString(),
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    exitCode: exitCodeOf(open, broken),
    troubles: diagnose(open),
    accepted,
    well: findings.filter(({ severity }) => severity === "ok"),
    notLooked: outcomes.flatMap((outcome) => outcome.notLooked),
    broken,
  };
}

interface Outcome {
  readonly findings: readonly Finding[];
  readonly notLooked: readonly Unlooked[];
  readonly broken: readonly Unlooked[];
}

async function outcomeOf(check: Check, network: ExaminedNetwork, limitMs: number): Promise<Outcome> {
  const nothing: Outcome = { findings: [], notLooked: [], broken: [] };
  try {
    const findings = await inTime(check.look(network), limitMs);
    if (findings.length === 0) throw new Error("it found nothing, neither good nor bad");
    return { ...nothing, findings };
  } catch (error) {
    const unlooked = [{ check: check.name, why: messageOf(error) }];
    return error instanceof NotLooked ? { ...nothing, notLooked: unlooked } : { ...nothing, broken: unlooked };
  }
}

async function inTime<Value>(work: Promise<Value>, limitMs: number): Promise<Value> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not done after ${limitMs / 1000} s`)), limitMs);
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

function sortOut(findings: readonly Finding[], accepted: readonly AcceptedFinding[], now: number) {
  const open: Finding[] = [];
  const taken: AcceptedTrouble[] = [];
  for (const finding of findings.filter(({ severity }) => severity !== "ok")) {
    const acceptance = acceptanceOf(finding, accepted, now);
    if (acceptance === undefined) open.push(finding);
    else taken.push({ ...finding, reason: acceptance.reason, until: acceptance.until });
  }
  return { open, accepted: taken };
}

/** Puts each trouble below the one that explains it. Of two that explain each other, the first explains the other. */
export function diagnose(troubles: readonly Finding[]): readonly Diagnosis[] {
  const following = new Map(troubles.map((trouble) => [trouble, consequencesOf(trouble, troubles)]));
  const explains = (cause: Finding, trouble: Finding) => following.get(cause)?.has(trouble) === true;
  const isHidden = (trouble: Finding, index: number) =>
    troubles.some((cause, at) => explains(cause, trouble) && (at < index || !explains(trouble, cause)));
  const weight = (finding: Finding) => (finding.severity === "error" ? 0 : 1);
  return troubles
    .filter((trouble, index) => !isHidden(trouble, index))
    .toSorted((one, other) => weight(one) - weight(other))
    .map((cause) => ({ ...cause, follows: troubles.filter((trouble) => explains(cause, trouble)) }));
}

/** Finds everything that follows from a trouble, over as many steps as it takes. */
function consequencesOf(cause: Finding, troubles: readonly Finding[]): ReadonlySet<Finding> {
  const found = new Set([cause]);
  for (const each of found) {
    for (const trouble of troubles) {
      if (each.explains.some((beginning) => trouble.id.startsWith(beginning))) found.add(trouble);
    }
  }
  found.delete(cause);
  return found;
}

function exitCodeOf(open: readonly Finding[], broken: readonly Unlooked[]): Examination["exitCode"] {
  if (broken.length > 0) return 3;
  if (open.some(({ severity }) => severity === "error")) return 2;
  return open.length > 0 ? 1 : 0;
}
