import { factList, textTable } from "../../host/terminal/text-table.ts";
import { kindOf } from "../../toolchain/engine/resource-types.ts";
import type { RebuildReport } from "./report.ts";

/** Describes a rebuild for people, on one screen: the phases with their times, and what the result means. */
export function describeReport(report: RebuildReport): string {
  const { phases, cloudRequests: requests, rpo } = report;
  const total = phases.reduce((sum, phase) => sum + phase.seconds, 0);
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
