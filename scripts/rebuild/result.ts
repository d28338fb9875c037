import { factList, textTable } from "../../host/terminal/text-table.ts";
import { momentText } from "../../host/terminal/quantities.ts";
import { kindOf } from "../../toolchain/engine/resource-types.ts";
import { type Phase, phaseNames, type RebuildReport } from "./report.ts";
import { cloudRequests, seconds } from "./timeline.ts";
import type { Verified } from "./verify.ts";
import type { Work } from "./work.ts";

/** Everything that a rebuild found and did. Pure but for the clock of `verifiedAtMs`. */
export function reportOf(work: Work, domain: string, verified: Verified, verifiedAtMs: number): RebuildReport {
  const wholeSeconds = seconds(verifiedAtMs - work.startedAtMs);
  const phases = phaseNames.flatMap((name): Phase[] => {
    const own = [...work.phases, restOf(work, wholeSeconds)].filter((phase) => phase.name === name);
    return own.length === 0 ? [] : [{ name, seconds: rounded(own.reduce((sum, phase) => sum + phase.seconds, 0)) }];
  });
  const { to } = work.options;
  const asked = phases.find(({ name }) => name === "question")?.seconds ?? 0;
  return {
    version: 1,
    stack: work.access.stack,
    domain,
    startedAt: new Date(work.startedAtMs).toISOString(),
    verifiedAt: new Date(verifiedAtMs).toISOString(),
    gone: work.gone,
    leftBehind: work.leftBehind,
    phases,
    operations: work.operations,
    nodeSteps: work.nodeSteps,
    cloudRequests: cloudRequests(work.runs),
    attempts: work.attempts,
    rtoSeconds: rounded(wholeSeconds - asked),
    rpo: sinceWhen(recoveryPoint(verified.recoveries, to === "newest" ? undefined : to), verified, work.startedAtMs),
    ...verified,
    warnings: [...verified.warnings],
  };
}

/** A node that this command did not build recovered its data when it was built, perhaps by a run that was killed. */
function sinceWhen(rpo: RebuildReport["rpo"], { recoveries }: Verified, startedAtMs: number): RebuildReport["rpo"] {
  const last = Math.max(...recoveries.map(({ finishedAt }) => Date.parse(finishedAt)));
  if (last >= startedAtMs) return rpo;
  const built = momentText(new Date(last).toISOString());
  return { ...rpo, meaning: `Data were recovered before this command, at ${built}. ${rpo.meaning}` };
}

/** What passed between the phases: the CLI was asked for the state, for outputs. */
function restOf({ phases }: Work, wholeSeconds: number): Phase {
  return { name: "engine", seconds: wholeSeconds - phases.reduce((sum, phase) => sum + phase.seconds, 0) };
}

/** What is lost: the worst of all nodes; `wanted` is the time that the operator wanted the network back at. Pure. */
export function recoveryPoint(recoveries: RebuildReport["recoveries"], wanted?: string): RebuildReport["rpo"] {
  if (recoveries.some(({ outcome }) => outcome === "initialised")) {
    const meaning =
      "There was neither a volume with data nor a backup: the network is new and has no accounts but its own.";
    return { outcome: "new and empty", lastTransactionAt: null, meaning };
  }
  const restored = recoveries.find(({ outcome }) => outcome === "backup");
  if (restored === undefined) {
    const meaning = "The volume was there: nothing is lost.";
    return { outcome: "nothing lost", lastTransactionAt: null, meaning };
  }
  const lastTransactionAt = restored.lastTransactionAt ?? null;
  const until = lastTransactionAt === null ? "the end of the backup" : momentText(lastTransactionAt);
  return {
    outcome: "restored from backup",
    lastTransactionAt,
    meaning:
      wanted === undefined
        ? `Everything until ${until} is there. What came after that, 60 s before the outage at most, is lost.`
        : `Everything until ${until} is there, and nothing after ${momentText(wanted)}, as asked.`,
  };
}

/** The timeline, and what it means, for people. */
export function describeReport(report: RebuildReport): string {
  const { phases, cloudRequests: requests, rpo } = report;
  const total = rounded(phases.reduce((sum, phase) => sum + phase.seconds, 0));
  const rows = [...phases, { name: "all", seconds: total }].map(({ name, seconds: time }) => [name, time.toFixed(1)]);
  const inRecovery = report.recoveries.flatMap((recovery) =>
    Object.entries(recovery.seconds).flatMap(([part, time]) =>
      typeof time === "number" ? [`${part} ${time.toFixed(1)} s`] : [],
    ),
  );
  const facts: (readonly [string, string])[] = [
    ["RTO", `${report.rtoSeconds.toFixed(1)} s from the start of the command to the proof, the question left out`],
    ["RPO", rpo.meaning],
    ["in requests to the clouds", `${requests.seconds.toFixed(1)} s of these, in ${requests.operations} operations`],
    ...(inRecovery.length === 0 ? [] : [["in recovery", inRecovery.join(", ")] as const]),
    ...report.checks.map(({ name, detail }) => [name, detail] as const),
  ];
  const left = report.leftBehind.map(({ type, id }) => `  left behind, and charged for: ${kindOf(type)} ${id}`);
  const warnings = report.warnings.map((warning) => `  WARNING: ${warning}`);
  return [
    `\nThe XMPP network ${report.domain} is up.\n`,
    textTable(["phase", "seconds"], rows),
    "",
    factList(facts),
    ...left,
    ...warnings,
  ].join("\n");
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
