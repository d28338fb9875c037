import { z } from "zod";
import { kindOf } from "./resource-types.ts";
import { nameOf } from "./state.ts";

const metadata = z.object({ op: z.string(), urn: z.string(), type: z.string() });

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
  if (begin !== undefined) return { kind: "begin", atMs, step: begin.metadata };
  if (done !== undefined) return { kind: "done", atMs, step: done.metadata };
  if (failed !== undefined) return { kind: "failed", atMs, step: failed.metadata };
  if (diagnosticEvent === undefined || diagnosticEvent.severity === "debug") return undefined;
  const { urn = "", severity, message } = diagnosticEvent;
  return { kind: "line", atMs, name: nameOf(urn), severity, text: withoutColours(message) };
}

/** Says what a step that is done changed, such as `droplet imera-xmpp1 created`; undefined where it changed nothing. */
export function describeStep({ op, urn, type }: EngineStep): string | undefined {
  const change = changes[op];
  return change === undefined ? undefined : `${kindOf(type)} ${nameOf(urn)} ${change}`;
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
