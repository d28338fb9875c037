import { z } from "zod";

const metadata = z.object({ op: z.string(), urn: z.string(), type: z.string() });

const eventForm = z.object({
  resourcePreEvent: z.object({ metadata }).optional(),
  resOutputsEvent: z.object({ metadata }).optional(),
  resOpFailedEvent: z.object({ metadata }).optional(),
  diagnosticEvent: z.object({ severity: z.string(), message: z.string(), urn: z.string().optional() }).optional(),
});

/** What the engine says while it works, as much of it as is used here. Times are ms since the epoch. */
export type EngineEvent =
  | { readonly kind: "begin" | "done" | "failed"; readonly atMs: number; readonly step: EngineStep }
  | {
      readonly kind: "line";
      readonly atMs: number;
      /** Name of the resource that it is about; empty: of none. */
      readonly name: string;
      readonly severity: string;
      readonly text: string;
    };

/** One step for one resource. */
export interface EngineStep {
  /** The engine's word: create, update, delete, same, replace, create-replacement, delete-replaced, refresh, read … */
  readonly op: string;
  readonly urn: string;
  /** For example `digitalocean:index/droplet:Droplet`. */
  readonly type: string;
}

/**
 * Reads one line of what `pulumi … --json` prints. Undefined for an event that is of no use here; a line that is no JSON at all
 * is what the CLI itself has to say and comes as an error's text.
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
  return { kind: "line", atMs, name: urn.slice(urn.lastIndexOf("::") + 2), severity, text: withoutColours(message) };
}

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
