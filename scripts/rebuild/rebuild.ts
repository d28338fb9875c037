import { networkCommandLine } from "../../host/terminal/advice.ts";
import { messageOf } from "../../host/error.ts";
import { InterruptedRun, runEngine } from "../../toolchain/engine/run.ts";
import type { NetworkOutputs } from "../network/network-outputs.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { build } from "./build.ts";
import { backUpInFull, chooseCopy, fillFromCopy, type FromCopyOptions } from "./from-copy.ts";
import { leaveBehind, type LeaveBehindOptions } from "./leave-behind.ts";
import { makeReport } from "./make-report.ts";
import { type PhaseTime, say, shownPhase } from "./phase.ts";
import { plan, type PlanOptions } from "./plan.ts";
import { refresh } from "./refresh.ts";
import type { RebuildReport } from "./report.ts";
import { chooseSettings, forgetTime, type SettingsOptions } from "./settings.ts";
import { verify } from "./verify.ts";

/** Options of the command. */
export interface RebuildOptions extends SettingsOptions, LeaveBehindOptions, PlanOptions, FromCopyOptions {
  /** File that the timeline is written to. */
  readonly json?: string;
}

/**
 * Brings a network back, whatever of it is gone. Resolves once it was proved from outside that it serves. It can be killed and
 * run again at any moment. Rejects with what failed and what to do.
 */
export async function rebuild(stack: StackAccess, options: RebuildOptions): Promise<RebuildReport> {
  const startedAtMs = Date.now();
  const refreshed = await refresh(stack);
  const copy = await chooseCopy(stack, options);
  const decided = await decide(stack, options);
  const { access, time } = decided;
  try {
    const times = [...decided.times, ...(copy === undefined ? [] : [await fillFromCopy(access, copy)])];
    const built = await build(access);
    const outputs = await access.outputs();
    await keepForStatus(access, outputs);
    const verified = await shownPhase("verification", "from outside", (report) => verify(access, outputs, report));
    const report = makeReport({
      stack: access,
      domain: outputs.domain,
      startedAtMs,
      refreshed,
      decided: { ...decided, times },
      built,
      verified,
    });
    if (time !== undefined) await restoreNewestFromNowOn(access);
    if (copy !== undefined) await backUpInFull(access, outputs);
    return report;
  } catch (error) {
    const next = error instanceof InterruptedRun ? goOn(access, time, options) : whatNext(access, time, options);
    throw new Error(`${messageOf(error)}\n${next}`, {
      cause: error,
    });
  }
}

/** Choices of the operator for a rebuild, agreed to. */
interface Decided {
  /** Stack with the settings of this rebuild. */
  readonly access: StackAccess;
  /** RFC 3339 time that a restore stops at; undefined: the newest state is restored. */
  readonly time: string | undefined;
  readonly leftBehind: RebuildReport["leftBehind"];
  readonly times: readonly PhaseTime[];
}

/** Nothing is kept where this rejects: neither the settings nor what `--leave-behind` did to the state. */
async function decide(stack: StackAccess, options: RebuildOptions): Promise<Decided> {
  await using chosen = await chooseSettings(stack, options);
  await using undo = new AsyncDisposableStack();
  const left = await leaveBehind(stack, chosen.region, options);
  undo.defer(() => left.takeBack());
  const times = await plan(chosen.access, options);
  const access = await chosen.keep();
  undo.move();
  return { access, time: chosen.time, leftBehind: left.resources, times };
}

function goOn(stack: StackAccess, time: string | undefined, { json, fromCopy, copyAt }: RebuildOptions): string {
  const given = [
    ...(time === undefined ? [] : ["--to", time]),
    ...(fromCopy === true ? ["--from-copy"] : []),
    ...(copyAt === undefined ? [] : ["--copy-at", copyAt]),
    ...(json === undefined ? [] : ["--json", json]),
  ];
  return `Run it again; it goes on where it stopped: ${networkCommandLine("rebuild", stack, ...given)}`;
}

function whatNext(stack: StackAccess, time: string | undefined, options: RebuildOptions): string {
  const goesOn = `Once the cause is gone: ${goOn(stack, time, options)}`;
  const kept = `imera:recoveryTime stays ${time ?? ""} until then, so that a restore can't go further than you want.`;
  const node = "If a droplet is there but dead, delete it at DigitalOcean first; its volume stays.";
  return [goesOn, ...(time === undefined ? [] : [kept]), node, "docs/outage.md has more."].join("\n");
}

async function keepForStatus({ run }: StackAccess, outputs: NetworkOutputs): Promise<void> {
  if (run === undefined) return;
  // Not with a production stack: it loads the local cloud.
  const { keepOutputs } = await import("../../local/stack/stack.ts");
  await keepOutputs(run, outputs);
}

/** The node has to know too that its next restore is of the newest state. */
async function restoreNewestFromNowOn(access: StackAccess): Promise<void> {
  await forgetTime(access);
  say("Taking the point in time out of the settings again.");
  await runEngine(access, ["up", "--yes", "--skip-preview"]);
}
