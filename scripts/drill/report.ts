import { upstreamVersion } from "../../components/model/prepared-image.ts";
import { networkCommandLine } from "../../host/terminal/advice.ts";
import { durationText, momentText, sizeText } from "../../host/terminal/quantities.ts";
import type { RecoveryRecord } from "../network/node/recovery-record.ts";
import { factList, textTable } from "../../host/terminal/text-table.ts";
import type { Manifest } from "./manifest.ts";

/** Findings of a drill, as `--json` writes them. */
export interface DrillReport {
  readonly stack: string;
  readonly domain: string;
  /** True when there is no gap. */
  readonly passed: boolean;
  /** RFC 3339. */
  readonly startedAt: string;
  /** pgBackRest's name of the backup. */
  readonly backup: string;
  readonly restorePoint: string;
  /** Time at which the backup's manifest was taken, RFC 3339. */
  readonly backupTakenAt: string;
  /** Time from the manifest to the start of the drill. */
  readonly backupAgeSeconds: number;
  readonly tables: number;
  readonly rows: number;
  readonly uploads: number;
  readonly uploadBytes: number;
  /** Version of the Debian package that the drill ran. */
  readonly ejabberd: string;
  /** Version of ejabberd that a rebuild would install now, without Debian's revision; null: the newest, not an image's. */
  readonly rebuildEjabberd: string | null;
  /** Full JID that the canary got; null: it could not log in. */
  readonly canary: string | null;
  /** A sentence each. */
  readonly gaps: readonly string[];
  /** Seconds by phase; those of the node are parts of `hosts, restore`. */
  readonly seconds: Readonly<Record<string, number>>;
}

/** Findings that {@link drillReport} makes its report of. */
export interface DrillFindings {
  readonly stack: string;
  readonly domain: string;
  readonly startedMs: number;
  readonly record: RecoveryRecord & { readonly backup: string; readonly restorePoint: string };
  readonly expected: Manifest;
  readonly ejabberd: string;
  readonly rebuildEjabberd: string | null;
  readonly canary: string | null;
  readonly gaps: readonly string[];
  readonly seconds: Readonly<Record<string, number>>;
}

/** A backup is made each day; one that is older says that they are not made any more. */
const oldestHours = 36;
/** Clocks that time servers set differ by less. */
const aheadSeconds = 300;

/** Makes the report of a drill out of its findings. A newest backup that is more than 36 hours old is a gap. Pure. */
export function drillReport(findings: DrillFindings): DrillReport {
  const { stack, domain, startedMs, record, expected, ejabberd, rebuildEjabberd, canary, seconds } = findings;
  const uploads = Object.values(expected.uploads);
  const backupAgeSeconds = Math.round((startedMs - Date.parse(expected.takenAt)) / 1000);
  const gaps = [...findings.gaps];
  if (backupAgeSeconds < -aheadSeconds) {
    gaps.push(
      `clock: the backup says that it is of ${momentText(expected.takenAt)}, which has not come yet: ` +
        "compare timedatectl on the node and here with another clock; backups are late by as much before they are seen to be",
    );
  }
  if (backupAgeSeconds > oldestHours * 3600) {
    gaps.push(
      `backup: the newest is ${durationText(backupAgeSeconds)} old, and one is made each day: npm run backup -- --stack ${stack} says why`,
    );
  }
  return {
    stack,
    domain,
    passed: gaps.length === 0,
    startedAt: new Date(startedMs).toISOString(),
    backup: record.backup,
    restorePoint: record.restorePoint,
    backupTakenAt: expected.takenAt,
    backupAgeSeconds,
    tables: Object.keys(expected.tables).length,
    rows: Object.values(expected.tables).reduce((sum, { rows }) => sum + rows, 0),
    uploads: uploads.length,
    uploadBytes: uploads.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ejabberd,
    rebuildEjabberd,
    canary,
    gaps,
    seconds,
  };
}

/** The report for people. */
export function describeDrill(report: DrillReport): string {
  const verdict = report.passed
    ? `The newest backup of ${report.domain} restores, and nothing is missing.`
    : `The newest backup of ${report.domain} does NOT restore without gaps: ${report.gaps.length} found.`;
  const facts: [string, string][] = [
    [
      "backup",
      `${report.backup}, taken ${momentText(report.backupTakenAt)}, ${durationText(report.backupAgeSeconds)} before the drill`,
    ],
    ["restore point", report.restorePoint],
    ["database", `${report.tables} tables, ${report.rows} rows compared by count and checksum`],
    ["uploads", `${report.uploads} files, ${sizeText(report.uploadBytes)}, compared by SHA-256`],
    ["ejabberd", ejabberdText(report)],
    ["canary", report.canary === null ? "could NOT log in" : `logged in as ${report.canary}`],
  ];
  const seconds = Object.entries(report.seconds).map(([phase, length]) => [phase, length.toFixed(1)]);
  return [
    verdict,
    "",
    factList(facts),
    "",
    textTable(["phase", "seconds"], seconds),
    ...(report.gaps.length === 0 ? [] : ["", "Gaps:", ...shownGaps(report.gaps)]),
  ].join("\n");
}

function ejabberdText({ stack, ejabberd, rebuildEjabberd }: DrillReport): string {
  if (rebuildEjabberd === null || upstreamVersion(ejabberd) === rebuildEjabberd) return ejabberd;
  const again = networkCommandLine("image", { stack });
  return `${ejabberd}; the prepared image has ${rebuildEjabberd}, which this did not try.\nA new image: ${again}`;
}

const gapsShown = 20;

function shownGaps(gaps: readonly string[]): string[] {
  const shown = gaps.slice(0, gapsShown).map((gap) => `  ${gap}`);
  return gaps.length > gapsShown ? [...shown, `  and ${gaps.length - gapsShown} more (--json FILE has all)`] : shown;
}
