import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "./error.ts";

/** Probe, interval and limits of a wait. */
export interface WaitUntilOptions<T> {
  /** Name of what is awaited, as it reads after "Timed out waiting for". */
  readonly what: string;
  /**
   * Looks once: answers `{ value }` when it is there, and {@link notYet} for each state that is expected until then. A throw
   * ends the wait; {@link notYetOn} says which failures are expected. The signal aborts when the look takes too long.
   */
  readonly probe: Probe<T>;
  readonly intervalMs: number;
  /** From the first look to the end of the wait. The first look has {@link leastLookMs}, however short the wait. */
  readonly timeoutMs: number;
  /** Longest time of one look; the next one begins after it. Default: 30 s. */
  readonly lookTimeoutMs?: number;
  /** Ends the wait; the rejection is the signal's reason. */
  readonly signal?: AbortSignal;
}

/** One look at what is awaited. */
export type Probe<T> = (signal: AbortSignal) => Promise<Observation<T>> | Observation<T>;

/** Result of one look: the awaited value, or a sentence about what was there instead. */
export type Observation<T> = { readonly value: T } | NotYet;

/** State in which there is no value yet, for the message of a wait that times out. */
export interface NotYet {
  readonly seen: string;
}

/** Makes an observation of a state, or of an error, that is expected before there is a value. */
export function notYet(reason: unknown): NotYet {
  return { seen: messageOf(reason) };
}

/** Makes a probe of one to which the errors that `isExpected` accepts mean "not yet". It throws all other errors. */
export function notYetOn<T>(isExpected: (error: unknown) => boolean, probe: Probe<T>): Probe<T> {
  return async (signal) => {
    try {
      return await probe(signal);
    } catch (error) {
      if (isExpected(error) && !signal.aborted) return notYet(error);
      throw error;
    }
  };
}

/** A wait whose time is over. The message names what was awaited and what was seen last. */
export class TimedOut extends Error {
  override readonly name = "TimedOut";
}

/** Time that a look has at least. */
const leastLookMs = 1000;

/**
 * Probes until there is a value and returns it. The first look is at once. A look that hangs is given up and cannot hold the
 * wait up.
 *
 * @throws TimedOut when `timeoutMs` have passed; whatever a probe throws, at once.
 */
export async function waitUntil<T>(options: WaitUntilOptions<T>): Promise<T> {
  const { what, intervalMs, timeoutMs, lookTimeoutMs = 30_000, signal } = options;
  const deadline = performance.now() + timeoutMs;
  let seen = "nothing";
  for (;;) {
    const limitMs = Math.min(lookTimeoutMs, Math.max(leastLookMs, deadline - performance.now()));
    const observation = await look(options, limitMs);
    if (observation !== undefined && "value" in observation) return observation.value;
    seen = observation?.seen ?? seen;
    if (performance.now() + intervalMs > deadline) {
      const hung = observation === undefined ? ` (the last look got no answer in ${Math.round(limitMs / 1000)} s)` : "";
      throw new TimedOut(
        `Timed out after ${Math.round(timeoutMs / 1000)} s waiting for ${what}. Last seen: ${seen}${hung}`,
      );
    }
    await sleep(intervalMs, undefined, signal === undefined ? {} : { signal });
  }
}

/** Undefined when the look took too long. */
async function look<T>(
  { probe, signal: outer }: WaitUntilOptions<T>,
  limitMs: number,
): Promise<Observation<T> | undefined> {
  outer?.throwIfAborted();
  const limit = new AbortController();
  const signal = outer === undefined ? limit.signal : AbortSignal.any([outer, limit.signal]);
  // Not AbortSignal.timeout: its timer does not keep the process alive, and a look that hangs may have nothing else that does.
  const timer = setTimeout(() => limit.abort(new DOMException("The look took too long.", "TimeoutError")), limitMs);
  try {
    return await Promise.race([probe(signal), aborted(signal)]);
  } catch (error) {
    if (limit.signal.aborted) return undefined;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
