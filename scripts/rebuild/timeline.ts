import type { EngineEvent, EngineStep } from "../../toolchain/engine/events.ts";
import { nameOf } from "../../toolchain/engine/state.ts";
import { resourceTypes } from "../../toolchain/engine/resource-types.ts";
import type { EngineRun } from "../../toolchain/engine/run.ts";
import type { PhaseTime, Stretch } from "./phase.ts";
import { type NodeStep, type Operation, type Phase, type PhaseName, phaseNames } from "./report.ts";

/** Finds the phases in one `pulumi up`, for {@link divide}: where two cover an instant, the first has it. Pure. */
export function upPhases(run: EngineRun): PhaseTime[] {
  const whole = { fromMs: run.startedAtMs, toMs: run.endedAtMs };
  return claims(run).map(({ name, ...stretch }) => ({ name, ...clipped(stretch, whole) }));
}

/**
 * Divides a stretch of time among phases. An instant belongs to the first phase in the list that covers it, to `engine` where
 * none does: the CLI was at work on the state or the settings. Each phase comes once, in the order of {@link phaseNames}. Pure.
 */
export function divide(whole: Stretch, times: readonly PhaseTime[]): Phase[] {
  const stretches = times.map(({ name, ...stretch }) => ({ name, ...clipped(stretch, whole) }));
  const edges = [whole, ...stretches].flatMap(({ fromMs, toMs }) => [fromMs, toMs]);
  const cuts = [...new Set(edges)].sort((a, b) => a - b);
  const found = new Map<PhaseName, number>();
  cuts.slice(1).forEach((toMs, index) => {
    const fromMs = cuts[index] ?? toMs;
    const name = stretches.find((stretch) => stretch.fromMs <= fromMs && toMs <= stretch.toMs)?.name ?? "engine";
    found.set(name, (found.get(name) ?? 0) + toMs - fromMs);
  });
  return phaseNames.flatMap((name) => {
    const ms = found.get(name);
    return ms === undefined ? [] : [{ name, seconds: seconds(ms) }];
  });
}

/** Lists what the engine did in runs of `pulumi up`; times are from `originMs`, ms since the epoch. Pure. */
export function operationsDone(ups: readonly EngineRun[], originMs: number): Operation[] {
  return ups
    .flatMap((run) => operationsOf(run.events, run.endedAtMs))
    .filter(({ step }) => isWork(step))
    .map(({ step, fromMs, toMs }) => ({
      operation: step.op,
      type: step.type,
      name: nameOf(step.urn),
      startSeconds: seconds(fromMs - originMs),
      seconds: seconds(toMs - fromMs),
    }));
}

/** Lists the steps that nodes did in runs of `pulumi up`. Pure. */
export function nodeStepsDone(ups: readonly EngineRun[]): NodeStep[] {
  return ups
    .flatMap((run) => nodeStepsOf(run.events))
    .map(({ command, step, detail, seconds: time }) => ({ command, step, detail, seconds: time }));
}

/** Sums the time in which at least one request to a cloud was under way, and counts the operations that made requests. Pure. */
export function cloudRequests(runs: readonly EngineRun[]): { seconds: number; operations: number } {
  const stretches = runs
    .flatMap((run) => operationsOf(run.events, run.endedAtMs))
    .filter(({ step }) => isCloud(step) && asksCloud.has(step.op));
  return { seconds: seconds(unionMs(stretches)), operations: stretches.length };
}

/** Converts ms to seconds, rounded to a hundredth. */
export function seconds(ms: number): number {
  return Math.round(ms / 10) / 100;
}

interface TimedOperation extends Stretch {
  readonly step: EngineStep;
}

function operationsOf(events: readonly EngineEvent[], endMs: number): TimedOperation[] {
  const open = new Map<string, { step: EngineStep; atMs: number }>();
  const closed: TimedOperation[] = [];
  for (const event of events) {
    if (event.kind === "line") continue;
    const { step, atMs } = event;
    const begun = open.get(step.urn);
    if (event.kind === "begin") open.set(step.urn, { step, atMs });
    else if (begun !== undefined) {
      closed.push({ step: begun.step, fromMs: begun.atMs, toMs: atMs });
      open.delete(step.urn);
    }
  }
  // What was never said to be done was cut off by the end.
  for (const { step, atMs } of open.values()) closed.push({ step, fromMs: atMs, toMs: endMs });
  return closed;
}

const asksCloud = new Set(["create", "create-replacement", "update", "delete", "delete-replaced", "refresh", "read"]);

function isCloud({ type }: EngineStep): boolean {
  return type.startsWith("digitalocean:") || type.startsWith("cloudflare:");
}

/** `replace` is the engine's bookkeeping around create-replacement. */
function isWork({ op }: EngineStep): boolean {
  return asksCloud.has(op);
}

/** A step on the node, with when it was under way. */
export interface TimedNodeStep extends NodeStep, Stretch {}

/** Finds the steps on the node in the lines of `converge`, which says what each step did and how long it took. */
export function nodeStepsOf(events: readonly EngineEvent[]): TimedNodeStep[] {
  return events.flatMap((event) => {
    if (event.kind !== "line") return [];
    const [, step, detail, time] = /^([\w-]+): (.*) \((\d+(?:\.\d+)?) s\)$/.exec(event.text) ?? [];
    if (step === undefined || detail === undefined || time === undefined) return [];
    const length = Number(time);
    return [
      { command: event.name, step, detail, seconds: length, fromMs: event.atMs - length * 1000, toMs: event.atMs },
    ];
  });
}

function claims(run: EngineRun): PhaseTime[] {
  const [done, steps] = [operationsOf(run.events, run.endedAtMs), nodeStepsOf(run.events)];
  const named = (name: PhaseName, stretches: readonly Stretch[]) =>
    stretches.map(({ fromMs, toMs }) => ({ name, fromMs, toMs }));
  const work = done.filter(({ step }) => isWork(step));
  const droplets = work.filter(({ step }) => step.type === resourceTypes.droplet && step.op !== "update");
  const stepsNamed = (pattern: RegExp) => steps.filter(({ step }) => pattern.test(step));
  const booted = Math.max(0, ...stepsNamed(/^packages$/).map(({ toMs }) => toMs));
  const commands = work.filter(
    ({ step }) => step.type === resourceTypes.remoteCommand && step.op !== "delete-replaced",
  );
  const called = Math.min(run.endedAtMs, ...commands.map(({ fromMs }) => fromMs));
  const made = droplets.length === 0 ? called : Math.max(...droplets.map(({ toMs }) => toMs));
  const ready = Math.max(0, ...commands.map(({ toMs }) => toMs));
  return [
    ...named("droplet", droplets),
    ...named("recovery", stepsNamed(/^recovery$/)),
    ...named("database", stepsNamed(/^database$/)),
    ...named("ejabberd", stepsNamed(/^(ejabberd|admin)$/)),
    ...named("other steps on the node", stepsNamed(/^(?!certificate$|packages$)/)),
    ...named("boot and packages", booted > made ? [{ fromMs: made, toMs: booted }] : []),
    ...named("certificate", stepsNamed(/^certificate$/)),
    ...named("other steps on the node", commands),
    ...named("firewall and DNS", ready === 0 ? [] : [{ fromMs: ready, toMs: run.endedAtMs }]),
  ];
}

function clipped({ fromMs, toMs }: Stretch, whole: Stretch): Stretch {
  const within = (ms: number) => Math.min(Math.max(ms, whole.fromMs), whole.toMs);
  return { fromMs: within(fromMs), toMs: within(toMs) };
}

function unionMs(stretches: readonly Stretch[]): number {
  let covered = 0;
  let until = -Infinity;
  for (const { fromMs, toMs } of stretches.toSorted((a, b) => a.fromMs - b.fromMs)) {
    covered += Math.max(0, toMs - Math.max(fromMs, until));
    until = Math.max(until, toMs);
  }
  return covered;
}
