import type { EngineEvent } from "../../toolchain/engine/events.ts";
import { kindOf, resourceTypes } from "../../toolchain/engine/resource-types.ts";
import { nameOf } from "../../toolchain/engine/state.ts";
import { textTable } from "../../host/terminal/text-table.ts";

/** One resource, by its type and its name in the program. */
export interface Change {
  readonly type: string;
  readonly name: string;
}

/** What a preview says will happen to one resource. */
export interface PlannedChange extends Change {
  readonly does: "create" | "replace" | "update" | "delete";
}

/** What a refresh found gone. Pure. */
export function goneResources(events: readonly EngineEvent[]): Change[] {
  return events.flatMap((event) =>
    event.kind === "done" && event.step.op === "delete"
      ? [{ type: event.step.type, name: nameOf(event.step.urn) }]
      : [],
  );
}

/** What a preview says, one entry for each resource that changes. Pure. */
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

/** What is gone, in plain words. */
export function describeGone(gone: readonly Change[]): string {
  if (gone.length === 0) return "Nothing is gone.";
  return ["Gone:", ...gone.map(({ type, name }) => `  ${kindOf(type)} (${name})`)].join("\n");
}

/** The plan as a short table: resources of one kind to which the same happens share a line. */
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

/** What data the plan takes away: it must never be a side effect. */
export function dataLosses(changes: readonly PlannedChange[]): PlannedChange[] {
  return changes.filter(({ does, type }) => (does === "replace" || does === "delete") && holdsData.has(type));
}

const holdsData = new Set<string>([resourceTypes.volume, resourceTypes.spacesBucket]);
