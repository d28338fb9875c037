import process from "node:process";
import { ExecaError } from "execa";

/** Says what a person can use of an error. With IMERA_DEBUG set it is the whole stack, for programmers. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Something failed, and then what cleans up after it: the first comes first.
  if (error instanceof SuppressedError) return [error.suppressed, error.error].map(explain).join("\n");
  if (process.env["IMERA_DEBUG"] !== undefined) return error.stack ?? error.message;
  if (error instanceof ExecaError) return [error.shortMessage, error.stderr].filter(Boolean).join("\n");
  return error.message;
}
