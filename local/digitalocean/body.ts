import type { Context } from "hono";
import { z } from "zod";
import { badRequest, unprocessable } from "./errors.ts";

/**
 * Reads the request's JSON body by `schema`. Throws 400 when it is no JSON, 422 when it does not fit: every problem with its
 * path. Schemas are strict: a field that the local cloud does not know is refused, not ignored.
 */
export async function readBody<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = await c.req.json();
  } catch {
    throw badRequest("error parsing request body");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw unprocessable(parsed.error.issues.map(describe).join("; "));
}

/** Makes the schema of a list for which absent, null and empty mean the same: the official plugins send all three. */
export const list = <T>(item: z.ZodType<T>) =>
  z
    .array(item)
    .nullish()
    .transform((items) => items ?? []);

function describe({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.join(".")}: ${message}`;
}
