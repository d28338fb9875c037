import { wrapped } from "../../host/terminal/text-table.ts";
import { changedFiles } from "./changed-files.ts";
import type { EngineEvent, PropertyChange } from "./events.ts";
import { kindOf, resourceTypes } from "./resource-types.ts";
import { nameOf } from "./state.ts";

/** One resource, by its type and its name in the program. */
export interface NamedResource {
  readonly type: string;
  readonly name: string;
}

/** Change of one resource that a preview announces. */
export interface PlannedChange extends NamedResource {
  readonly does: "create" | "replace" | "update" | "delete";
  /** Properties that differ; empty where the engine names none, as for a resource that is new. */
  readonly properties: readonly PropertyChange[];
}

/** Lists what a preview announces, one entry for each resource at a vendor or step on a node that changes. Pure. */
export function plannedChanges(events: readonly EngineEvent[]): PlannedChange[] {
  return events.flatMap((event) => {
    if (event.kind !== "begin") return [];
    const { op, type, urn, properties = [] } = event.step;
    const does = words[op];
    // Components and providers are the program's own order, and nothing outside of it.
    return does === undefined || /^(imera|pulumi):/.test(type) ? [] : [{ does, type, name: nameOf(urn), properties }];
  });
}

// The engine announces a replacement in three parts.
const words: Readonly<Record<string, PlannedChange["does"] | undefined>> = {
  create: "create",
  replace: "replace",
  update: "update",
  delete: "delete",
};

/**
 * Describes a plan on 80 columns: what happens to which resource, and which properties change. Resources of one type with equal
 * changes share an entry; what loses data or the machine stands first, in capitals.
 */
export function describePlan(changes: readonly PlannedChange[]): string {
  if (changes.length === 0) return "Nothing has to change.";
  const groups = Map.groupBy(changes, (change) => [actionOf(change), change.type, ...detailsOf(change)].join("\n"));
  const entries = [...groups.values()].toSorted((one, other) => Number(isGrave(other)) - Number(isGrave(one)));
  return entries.map(describeEntry).join("\n");
}

/** Describes what `pulumi up` has done on 80 columns; for a network that is new, the number of its parts. */
export function describeChanges(changes: readonly PlannedChange[]): string {
  if (changes.length === 0) return "Nothing had to change.";
  if (changes.every(({ does }) => does === "create")) return `Made: ${changes.length} parts of the network.`;
  return `Changed:\n${describePlan(changes)}`;
}

function describeEntry(group: readonly PlannedChange[]): string {
  const [first] = group;
  if (first === undefined) return "";
  const names =
    group.length > 2 ? `${first.name} and ${group.length - 1} more` : group.map(({ name }) => name).join(", ");
  const [head = "", ...more] = wrapped(`${kindOf(first.type)} ${names}`, textWidth);
  const lines = [
    ...more,
    ...detailsOf(first).flatMap((detail) => wrapped(detail, textWidth - 2).map((line) => `  ${line}`)),
  ];
  return [`  ${actionOf(first).padEnd(actionWidth)}  ${head}`, ...lines.map((line) => `${indent}${line}`)].join("\n");
}

const actionWidth = 9;
const indent = " ".repeat(actionWidth + 4);
const textWidth = 80 - indent.length;

/** A step on a node that is replaced is nothing but done again. */
function actionOf(change: PlannedChange): string {
  if (change.type === resourceTypes.remoteCommand && change.does === "replace") return "run again";
  return isGrave([change]) ? change.does.toUpperCase() : change.does;
}

function detailsOf(change: PlannedChange): string[] {
  const { type, properties } = change;
  const consequence = isGrave([change]) ? [consequences.get(type) ?? ""] : [];
  return [...consequence, ...properties.flatMap((property) => describeProperty(type, property))];
}

function describeProperty(type: string, { name, from, to, replaces }: PropertyChange): string[] {
  // What a step is done again for is told by the step before it.
  if (type === resourceTypes.remoteCommand && name === "triggers") return [];
  const files = changedFiles(from, to);
  if (files !== undefined) return files;
  const because = replaces ? " (cannot be changed in place)" : "";
  const [before, after] = [shortText(from), shortText(to)];
  return [
    before === undefined || after === undefined ? `${name}${because}` : `${name}: ${before} → ${after}${because}`,
  ];
}

/** Undefined for what is no short text: secrets and long ones are named only. */
function shortText(value: unknown): string | undefined {
  if (value === undefined || value === null) return "none";
  if (value === knownLater) return "known later";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.includes("[secret]") || text.length > 60 || text.includes("\n") ? undefined : text;
}

// https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin#pkg-constants, UnknownStringValue
const knownLater = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const consequences = new Map<string, string>([
  [resourceTypes.volume, "ALL DATA ON IT IS LOST; what comes back comes from the backup"],
  [resourceTypes.spacesBucket, "ALL BACKUPS IN IT ARE LOST"],
  [resourceTypes.droplet, "the network is away until the new machine is set up"],
]);

function isGrave(changes: readonly PlannedChange[]): boolean {
  return changes.some(({ does, type }) => (does === "replace" || does === "delete") && consequences.has(type));
}

/** Lists what a preview warns of, such as an image that is missing. Pure. */
export function warnings(events: readonly EngineEvent[]): string[] {
  const texts = events.flatMap((event) => (event.kind === "line" && event.severity === "warning" ? [event.text] : []));
  return [...new Set(texts.map((text) => text.trim()))];
}

/** Finds the changes that take data away. Pure. */
export function dataLosses(changes: readonly PlannedChange[]): PlannedChange[] {
  return changes.filter((change) => change.type !== resourceTypes.droplet && isGrave([change]));
}
