import { setTimeout as sleep } from "node:timers/promises";

/** What to wait for, and how. */
export interface WaitUntilOptions<T> {
  /** What is awaited, as it reads after "Timed out waiting for". */
  readonly what: string;
  /** Looks once. Answers `{ value }` when it is there, otherwise what was seen instead; throwing counts as "not yet". */
  readonly probe: () => Promise<Observation<T>> | Observation<T>;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** One look: the awaited value, or a sentence about what was there instead. */
export type Observation<T> = { readonly value: T } | { readonly seen: string };

/**
 * Probes until there is a value and returns it. The first probe runs at once. Throws when `timeoutMs` have passed; the
 * message names what was awaited and what the last probe saw. A probe that throws a {@link GiveUp} ends the wait at once.
 */
export async function waitUntil<T>(options: WaitUntilOptions<T>): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const observation = await look(options.probe);
    if ("value" in observation) return observation.value;
    if (performance.now() + options.intervalMs > deadline) {
      const seconds = Math.round(options.timeoutMs / 1000);
      throw new Error(`Timed out after ${seconds} s waiting for ${options.what}. Last seen: ${observation.seen}`);
    }
    await sleep(options.intervalMs, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

/** Thrown by a probe that knows that waiting longer is no use. */
export class GiveUp extends Error {
  override readonly name = "GiveUp";
}

async function look<T>(probe: WaitUntilOptions<T>["probe"]): Promise<Observation<T>> {
  try {
    return await probe();
  } catch (error) {
    if (error instanceof GiveUp) throw error;
    return { seen: error instanceof Error ? error.message : String(error) };
  }
}
