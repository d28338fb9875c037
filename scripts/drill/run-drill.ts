import type { Step } from "../../host/terminal/progress.ts";
import type { Run } from "../../local/run/run.ts";
import { changeStack } from "../../toolchain/engine/run.ts";
import type { StackFolder } from "../../toolchain/engine/stack-folder.ts";
import { takeDown } from "../../local/commands/down.ts";
import type { Toolchain } from "../../toolchain/set-up.ts";
import { loginAsCanary } from "../network/node/canary-on-node.ts";
import { explain } from "../../host/terminal/explain.ts";
import { installedVersion } from "../network/node/program.ts";
import { openNode } from "../network/node/ssh.ts";
import { readRecovery, type RecoveryRecord } from "../network/node/recovery-record.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { removeAtEnd } from "./clean-up.ts";
import { drillStacks, newDrillStack, prepareDrillStack, removeDrillStack } from "./drill-stack.ts";
import { bringOwnCloudUp, claimDrill, claimOwnCloud } from "./host-cloud.ts";
import { requireCloud } from "../../local/run/require-cloud.ts";
import type { Interruption } from "./interruption.ts";
import { compareWithBackup, compareWithEarlierBackups } from "./manifest.ts";
import { type DrillReport, drillReport } from "./report.ts";
import type { DrillSource } from "./source.ts";

/** A drill to be done. */
export interface Drill {
  readonly source: DrillSource;
  /** The local cloud that hosts it. */
  readonly run: Run;
  /** True when that cloud is the drill's own: brought up for it, taken down after it. */
  readonly ownCloud: boolean;
  /** True when the hosts stay, to be looked at. */
  readonly keep: boolean;
  readonly toolchain: Toolchain;
  readonly step: Step;
  readonly interruption: Interruption;
  /** Removes what the drill makes, when it is disposed of. */
  readonly cleanUp: AsyncDisposableStack;
  /** Writes a line for the operator. */
  readonly say: (line: string) => void;
}

/** Restores the newest backup on hosts of its own and asks them questions. Throws when they do not even come up. */
export async function runDrill(drill: Drill): Promise<DrillReport> {
  const { source, interruption } = drill;
  const startedMs = Date.now();
  const seconds: Record<string, number> = {};
  const phase = phases(drill, seconds);
  await hostCloud(drill, seconds);
  const place = newDrillStack(drill.run);
  const access = await phase("settings and keys", () => makeStack(drill, place));
  interruption.check();
  await phase("hosts, restore", (report) => changeStack(access, "up", report));
  const [node] = (await access.outputs()).nodes;
  if (node === undefined) throw new Error("The drill's network has no node.");
  await using session = await openNode(access, node);
  const record = restoredBackup(await readRecovery(session));
  nodeSeconds(seconds, record);
  // Before anyone logs in: that writes into the database.
  const { expected, gaps } = await phase("comparison", () => compareWithBackup(session, record.restorePoint));
  const earlier = await phase("earlier backups", () => compareWithEarlierBackups(session));
  const login = await phase("login of the canary", () => loginAsCanary(access, session, source.domain)).then(
    (jid) => ({ canary: jid, gaps: [] }),
    (error: unknown) => ({ canary: null, gaps: [`login: ${explain(error)}`] }),
  );
  const unverified = record.verified ? [] : ["node: did not verify what it restored"];
  const { stack, domain } = source;
  const found = [...gaps, ...earlier, ...unverified, ...login.gaps];
  return drillReport({
    stack,
    domain,
    startedMs,
    record,
    expected,
    ejabberd: await installedVersion(session, "ejabberd"),
    rebuildEjabberd: source.image?.ejabberd ?? null,
    canary: login.canary,
    gaps: found,
    seconds,
  });
}

/** Times what is done; none begins once somebody wants the end. */
function phases({ step, interruption }: Drill, seconds: Record<string, number>): Step {
  return async (title, work) => {
    interruption.check();
    const started = performance.now();
    const value = await step(title, work);
    seconds[title] = (performance.now() - started) / 1000;
    return value;
  };
}

async function hostCloud(drill: Drill, seconds: Record<string, number>): Promise<void> {
  const { run, ownCloud, keep, step, toolchain, cleanUp, say } = drill;
  if (ownCloud) {
    const started = performance.now();
    await claimOwnCloud(run, step);
    // Before it is made: a start that fails half way leaves a part of it.
    if (!keep) removeAtEnd(cleanUp, `local cloud ${run.number}`, () => takeDown(run, step));
    await bringOwnCloudUp(run, zoneOf(drill.source), step);
    seconds["local cloud"] = (performance.now() - started) / 1000;
    return;
  }
  await requireCloud(run);
  cleanUp.use(await claimDrill(run));
  for (const place of await drillStacks(run)) {
    const title = `what an earlier drill left (${place.stack})`;
    await step(title, () => removeDrillStack({ run, toolchain, place, say }));
  }
}

function zoneOf({ settings, domain }: DrillSource): string {
  const zone = settings["zone"];
  return typeof zone === "string" && zone !== "" ? zone : domain;
}

async function makeStack(drill: Drill, place: StackFolder): Promise<StackAccess> {
  const { run, ownCloud, keep, toolchain, step, cleanUp, say } = drill;
  if (!ownCloud && !keep) {
    const what = `the hosts of ${place.stack} in local cloud ${run.number}`;
    removeAtEnd(cleanUp, what, () => step("removal", () => removeDrillStack({ run, toolchain, place, say })));
  }
  return prepareDrillStack(place, drill);
}

type Restored = RecoveryRecord & { readonly backup: string; readonly restorePoint: string };

function restoredBackup(record: RecoveryRecord): Restored {
  const { outcome, backup, restorePoint } = record;
  if (outcome === "backup" && backup !== null && restorePoint !== null) return { ...record, backup, restorePoint };
  throw new Error(`The drill's node restored no backup: it says "${outcome}" of itself.`);
}

function nodeSeconds(seconds: Record<string, number>, { seconds: parts }: RecoveryRecord): void {
  for (const [part, length] of Object.entries(parts)) {
    if (typeof length === "number") seconds[`  of that: ${part}`] = length;
  }
}
