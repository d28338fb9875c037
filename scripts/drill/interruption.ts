import process from "node:process";

/** Somebody who wants it to end, while it still has to be cleaned up. */
export interface Interruption extends Disposable {
  /** Throws once somebody does. */
  check(): void;
  readonly wanted: boolean;
  /** Aborts once somebody does, with the reason that `check` throws. */
  readonly signal: AbortSignal;
}

/** Takes Ctrl-C and the like as a wish from now on until it is disposed of: what is under way ends, and then `check` throws. */
export function watchForInterruption(say: (line: string) => void): Interruption {
  const end = new AbortController();
  const listener = () => {
    say(
      end.signal.aborted
        ? "Still removing what was made."
        : "Interrupted. What is under way ends, then all that was made is removed.",
    );
    end.abort(new Error("interrupted"));
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    get wanted() {
      return end.signal.aborted;
    },
    check: () => end.signal.throwIfAborted(),
    signal: end.signal,
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
