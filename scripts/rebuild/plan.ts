import type { EngineEvent } from "../../toolchain/engine/events.ts";
import { kindOf, resourceTypes } from "../../toolchain/engine/resource-types.ts";
import { nameOf } from "../../toolchain/engine/state.ts";
import { type NamedStack, pulumiCommandLine } from "../../host/terminal/advice.ts";
import { textTable } from "../../host/terminal/text-table.ts";
import { askToGoOn } from "../network/command-line.ts";
import type { StackAccess } from "../network/stack-access.ts";
import { runEngine } from "../../toolchain/engine/run.ts";
import type { Change } from "./refresh.ts";
import { type PhaseTime, say, shownPhase, timed } from "./phase.ts";

/** Options of the command that the plan depends on. */
export interface PlanOptions {
  /** Carries the plan out without asking. */
  readonly yes?: boolean;
}

/** Change of one resource that a preview announces. */
export interface PlannedChange extends Change {
  readonly does: "create" | "replace" | "update" | "delete";
}

/**
 * Has the engine say what it would do, shows it, and asks whether to go on. Resolves to the time that it took. Rejects where
 * data would be lost, and where the answer is no.
 */
export async function plan(access: StackAccess, { yes }: PlanOptions): Promise<PhaseTime[]> {
  const { value: events, time } = await shownPhase("plan", "what to do (pulumi preview)", async () => {
    return (await runEngine(access, ["preview"])).events;
  });
  const changes = plannedChanges(events);
  for (const warning of warnings(events)) say(`Warning: ${warning}`);
  say(describePlan(changes));
  refuseLosses(access, dataLosses(changes));
  if (yes === true || changes.length === 0) return [time];
  return [time, (await timed("question", () => askToGoOn("Go on?", "--yes"))).time];
}

function refuseLosses(stack: NamedStack, losses: readonly PlannedChange[]): void {
  if (losses.length === 0) return;
  const what = losses.map(({ does, type, name }) => `${does} the ${kindOf(type)} ${name}`).join(", ");
  throw new Error(
    `The plan would ${what}, with all data in it. A rebuild never does that; nothing was changed. See what asks for it: ` +
      pulumiCommandLine(stack, "preview", "--diff"),
  );
}

/** Lists what a preview warns of, such as an image that is missing. Pure. */
export function warnings(events: readonly EngineEvent[]): string[] {
  const texts = events.flatMap((event) => (event.kind === "line" && event.severity === "warning" ? [event.text] : []));
  return [...new Set(texts.map((text) => text.trim()))];
}

/** Lists what a preview announces, one entry for each resource that changes. Pure. */
export function plannedChanges(events: readonly EngineEvent[]): PlannedChange[] {
  return events.flatMap((event) => {
    if (event.kind !== "begin") return [];
    const does = words[event.step.op];
    return does === undefined ? [] : [{ does, type: event.step.type, name: nameOf(event.step.urn) }];
  });
}

// The engine announces a replacement in three parts.
const words: Readonly<Record<string, PlannedChange["does"] | undefined>> = {
  create: "create",
  replace: "replace",
  update: "update",
  delete: "delete",
};

/** Describes the plan in a short table: resources of one type with the same change share a line. */
export function describePlan(changes: readonly PlannedChange[]): string {
  if (changes.length === 0) return "Nothing has to change.";
  const sameAs = (one: PlannedChange) => (other: PlannedChange) => one.does === other.does && one.type === other.type;
  const firsts = changes.filter((change, index) => changes.findIndex(sameAs(change)) === index);
  const rows = firsts.map((first) => {
    const names = changes.filter(sameAs(first)).map(({ name }) => name);
    const shown = names.length > 2 ? `${first.name} and ${names.length - 1} more` : names.join(", ");
    return [first.does, kindOf(first.type), shown];
  });
  return textTable(["", "what", "name in the program"], rows);
}

/** Finds the changes that take data away. Pure. */
export function dataLosses(changes: readonly PlannedChange[]): PlannedChange[] {
  return changes.filter(({ does, type }) => (does === "replace" || does === "delete") && holdsData.has(type));
}

const holdsData = new Set<string>([resourceTypes.volume, resourceTypes.spacesBucket]);
