import process from "node:process";

/** Somebody who wants it to end, while it still has to be cleaned up. */
export interface Interruption extends Disposable {
  /** Throws once somebody does. */
  check(): void;
  readonly wanted: boolean;
}

/** Takes Ctrl-C and the like as a wish from now on until it is disposed of: what is under way ends, and then `check` throws. */
export function watchForInterruption(say: (line: string) => void): Interruption {
  let wanted = false;
  const listener = () => {
    say(
      wanted
        ? "Still removing what was made."
        : "Interrupted. What is under way ends, then all that was made is removed.",
    );
    wanted = true;
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    get wanted() {
      return wanted;
    },
    check: () => {
      if (wanted) throw new Error("interrupted");
    },
    [Symbol.dispose]: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
