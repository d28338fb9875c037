import { readFileSync } from "node:fs";
import { z } from "zod";

const json = z.record(z.string(), z.json());

const request = z.object({
  method: z.string(),
  path: z.string(),
  /** Host of a request for a bucket, which has one of its own. */
  host: z.string().optional(),
  /** Value of the request's header `x-amz-acl`: the rights that others get. */
  acl: z.string().optional(),
  body: z.json().optional(),
  status: z.number(),
});

/** Whole seconds that the official plugin took. It spent them waiting: the recorder's stub answered at once. */
const waited = z.number().optional();

const change = z.object({
  to: z.json().optional(),
  changes: z.string().optional(),
  replaces: z.array(z.string()).optional(),
  detailed: z.record(z.string(), z.string()).optional(),
  deleteBeforeReplace: z.boolean().optional(),
  failures: z.array(z.unknown()).optional(),
  /** A plugin behind an HTTP API: what it asked, and the outputs that changed. */
  update: z.object({ seconds: waited, requests: z.array(request), outs: json }).optional(),
  /** A plugin without one: all outputs. */
  updateOuts: json.optional(),
  updateError: z.string().optional(),
});

const recordedCase = z.object({
  type: z.string(),
  inputs: json,
  checked: json,
  failures: z.array(z.object({ property: z.string(), reason: z.string() })).optional(),
  previewOuts: json.optional(),
  create: z.object({ seconds: waited, id: z.string(), outs: json, requests: z.array(request).optional() }).optional(),
  read: z
    .object({
      requests: z.array(request).optional(),
      sameOuts: z.boolean(),
      outs: json.optional(),
      inputs: json.optional(),
    })
    .optional(),
  diffs: z.record(z.string(), change).optional(),
  delete: z.object({ seconds: waited, requests: z.array(request).optional() }).optional(),
  deleteError: z.string().optional(),
  readWhenGone: z.object({ id: z.string(), requests: z.array(request).optional() }).optional(),
  error: z.string().optional(),
});

const recordedInvoke = z.object({
  ret: json.optional(),
  error: z.string().optional(),
  requests: z.array(request),
});

const recording = z.object({
  recordedFrom: z.string(),
  cases: z.record(z.string(), recordedCase),
  invokes: z.record(z.string(), recordedInvoke).default({}),
});

/** Properties as JSON, with `{"secret": …}` and `{"asset": {"text": …}}` for what JSON has no form for. */
export type RecordedProperties = z.infer<typeof json>;
/** A request that the official plugin made to the recorder's stub, and the stub's status. */
export type RecordedRequest = z.infer<typeof request>;
/** Change of one input: the plugin's Diff and Update, or the failures of its Check. */
export type RecordedChange = z.infer<typeof change>;
/** Life of one resource with the official plugin: Check, Create, Read, changes, Delete. */
export type RecordedCase = z.infer<typeof recordedCase>;
/** Call of a provider function, and the answer. */
export type RecordedInvoke = z.infer<typeof recordedInvoke>;
/** All recorded cases and calls of one plugin, by name. */
export type Recording = z.infer<typeof recording>;

/**
 * Reads what an official plugin was recorded to do. `placeholders` puts this run's values where the recording has a text
 * such as `<private key>`.
 */
export function readRecording(path: string, placeholders: Readonly<Record<string, string>> = {}): Recording {
  let text = readFileSync(path, "utf8");
  for (const [placeholder, value] of Object.entries(placeholders)) {
    text = text.replaceAll(placeholder, JSON.stringify(value).slice(1, -1));
  }
  return recording.parse(JSON.parse(text));
}
