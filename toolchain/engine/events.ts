import { z } from "zod";
import { kindOf } from "./resource-types.ts";
import { nameOf } from "./state.ts";

const state = z.object({ inputs: z.record(z.string(), z.unknown()).nullish() }).nullish();

const metadata = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  diffs: z.array(z.string()).nullish(),
  detailedDiff: z.record(z.string(), z.object({ diffKind: z.string() })).nullish(),
  old: state,
  new: state,
});

const eventForm = z.object({
  resourcePreEvent: z.object({ metadata }).optional(),
  resOutputsEvent: z.object({ metadata }).optional(),
  resOpFailedEvent: z.object({ metadata }).optional(),
  diagnosticEvent: z.object({ severity: z.string(), message: z.string(), urn: z.string().optional() }).optional(),
});

/** An event of the engine's work: a step for one resource, or a text for people. Times are ms since the epoch. */
export type EngineEvent =
  | { readonly kind: "begin" | "done" | "failed"; readonly atMs: number; readonly step: EngineStep }
  | {
      readonly kind: "line";
      readonly atMs: number;
      /** Name of the resource that the text is about; empty: of none. */
      readonly name: string;
      readonly severity: string;
      readonly text: string;
    };

/** Something that the engine does with one resource. */
export interface EngineStep {
  /** The engine's word: create, update, delete, same, replace, create-replacement, delete-replaced, refresh, read … */
  readonly op: string;
  readonly urn: string;
  /** For example `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
  /** Properties that differ, where the engine says so. */
  readonly properties?: readonly PropertyChange[];
}

/** Change of one property of a resource, as the program gives it. */
export interface PropertyChange {
  readonly name: string;
  readonly from: unknown;
  readonly to: unknown;
  /** True where the vendor can't change it: the resource is made anew. */
  readonly replaces: boolean;
}

/**
 * Reads one line of what `pulumi … --json` prints. Undefined for an event that is of no use here; a line that is no JSON at all
 * is the CLI's own and has the severity `cli`.
 */
export function parseEngineLine(line: string, atMs: number): EngineEvent | undefined {
  if (line.trim() === "") return undefined;
  const event = eventForm.safeParse(fromJson(line));
  if (!event.success) return { kind: "line", atMs, name: "", severity: "cli", text: line };
  const { resourcePreEvent: begin, resOutputsEvent: done, resOpFailedEvent: failed, diagnosticEvent } = event.data;
  if (begin !== undefined) return { kind: "begin", atMs, step: stepOf(begin.metadata) };
  if (done !== undefined) return { kind: "done", atMs, step: stepOf(done.metadata) };
  if (failed !== undefined) return { kind: "failed", atMs, step: stepOf(failed.metadata) };
  if (diagnosticEvent === undefined || diagnosticEvent.severity === "debug") return undefined;
  const { urn = "", severity, message } = diagnosticEvent;
  return { kind: "line", atMs, name: nameOf(urn), severity, text: withoutColours(message) };
}

function stepOf({ op, urn, type, ...rest }: z.infer<typeof metadata>): EngineStep {
  const properties = propertyChanges(rest);
  return { op, urn, type, ...(properties.length === 0 ? {} : { properties }) };
}

/** A detailed difference has a path for each part of a property; what people know is the property. */
function propertyChanges({
  diffs,
  detailedDiff,
  old,
  new: now,
}: Omit<z.infer<typeof metadata>, "op" | "urn" | "type">) {
  const kinds = Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => [
    /^[^.[]*/.exec(path)?.[0] ?? path,
    diffKind,
  ]);
  const names = new Set([...(diffs ?? []), ...kinds.map(([name = ""]) => name)]);
  return [...names].map((name) => ({
    name,
    from: old?.inputs?.[name],
    to: now?.inputs?.[name],
    replaces: kinds.some(([of, kind]) => of === name && kind?.endsWith("-replace") === true),
  }));
}

/** Says what a step that is done changed, such as `droplet imera-xmpp1 created`; undefined where it changed nothing. */
export function describeStep({ op, urn, type }: EngineStep): string | undefined {
  const change = changes[op];
  return change === undefined ? undefined : `${kindOf(type)} ${nameOf(urn)} ${change}`;
}

/** Gives what a node says of its own steps while it is set up, such as `database: running`; undefined for another event. */
export function nodesWords(event: EngineEvent): string | undefined {
  const isNodes = event.kind === "line" && event.severity === "info" && event.name.endsWith("-setup-ready");
  return isNodes && event.text.trim() !== "" ? event.text.trim() : undefined;
}

// A replacement comes as three steps, of which one counts.
const changes: Readonly<Record<string, string | undefined>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  delete: "deleted",
};

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** The engine marks colours as `<{%reset%}>` where it does not draw them. */
function withoutColours(text: string): string {
  return text.replaceAll(/<\{%[^%]*%\}>/g, "").trimEnd();
}
