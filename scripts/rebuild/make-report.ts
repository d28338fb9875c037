import { recoveryPointSeconds } from "../../components/model/node-facts.ts";
import { type NamedStack, networkCommandLine } from "../../host/terminal/advice.ts";
import { momentText } from "../../host/terminal/quantities.ts";
import type { Built } from "./build.ts";
import type { PhaseTime, Timed } from "./phase.ts";
import type { Refreshed } from "./refresh.ts";
import type { RebuildReport } from "./report.ts";
import { cloudRequests, divide, nodeStepsDone, operationsDone, seconds, upPhases } from "./timeline.ts";
import type { Verified } from "./verify.ts";

/** Results of all phases of a rebuild. */
export interface RebuildResults {
  readonly stack: NamedStack;
  readonly domain: string;
  /** Start of the command, ms since the epoch. */
  readonly startedAtMs: number;
  readonly refreshed: Refreshed;
  readonly decided: {
    /** RFC 3339 time that a restore stops at; undefined: the newest state is restored. */
    readonly time: string | undefined;
    readonly leftBehind: RebuildReport["leftBehind"];
    readonly times: readonly PhaseTime[];
  };
  readonly built: Built;
  readonly verified: Timed<Verified>;
}

/** Makes the report of a rebuild out of what its phases found. Pure. */
export function makeReport(results: RebuildResults): RebuildReport {
  const { stack, domain, startedAtMs, decided, built, verified } = results;
  const { value: found, time: verification } = verified;
  const refreshes = [results.refreshed, ...built.refreshes];
  const whole = { fromMs: startedAtMs, toMs: verification.toMs };
  const times = [...refreshes.map(({ time }) => time), ...decided.times, ...built.ups.flatMap(upPhases), verification];
  const phases = divide(whole, times);
  const asked = phases.find(({ name }) => name === "question")?.seconds ?? 0;
  return {
    version: 1,
    stack: stack.stack,
    domain,
    startedAt: new Date(whole.fromMs).toISOString(),
    verifiedAt: new Date(whole.toMs).toISOString(),
    gone: refreshes.flatMap(({ gone }) => gone),
    leftBehind: decided.leftBehind,
    phases,
    operations: operationsDone(built.ups, startedAtMs),
    nodeSteps: nodeStepsDone(built.ups),
    cloudRequests: cloudRequests([...refreshes.map(({ run }) => run), ...built.ups]),
    attempts: built.ups.length,
    rtoSeconds: seconds(whole.toMs - whole.fromMs - asked * 1000),
    rpo: sinceWhen(recoveryPoint(found.recoveries, decided.time), found, startedAtMs),
    ...found,
    warnings: [...found.warnings, ...withoutEffect(found, stack, decided.time)],
  };
}

/** A node that this command did not build recovered its data when it was built, perhaps by a run that was killed. */
function sinceWhen(rpo: RebuildReport["rpo"], { recoveries }: Verified, startedAtMs: number): RebuildReport["rpo"] {
  const last = Math.max(...recoveries.map(({ finishedAt }) => Date.parse(finishedAt)));
  if (last >= startedAtMs) return rpo;
  const built = momentText(new Date(last).toISOString());
  return { ...rpo, meaning: `Data were recovered before this command, at ${built}. ${rpo.meaning}` };
}

function withoutEffect({ recoveries }: Verified, stack: NamedStack, time: string | undefined): string[] {
  if (time === undefined || recoveries.some(({ outcome }) => outcome !== "volume")) return [];
  return [
    "--to had no effect: the volume was there with its data, and nothing was restored. " +
      `To take a network that runs back in time: ${networkCommandLine("restore", stack, "--to", time)}`,
  ];
}

/**
 * Judges what is lost: the worst of all nodes. `wanted` is the time, RFC 3339, that the operator wanted the network
 * back at; undefined: the newest there is. Pure.
 */
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
        ? `Everything until ${until} is there. What came after that, ${recoveryPointSeconds} s before the outage at most, is lost.`
        : `Everything until ${until} is there, and nothing after ${momentText(wanted)}, as asked.`,
  };
}
