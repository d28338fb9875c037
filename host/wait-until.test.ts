import { expect, test } from "vitest";

import { notYet, notYetOn, TimedOut, waitUntil } from "./wait-until.ts";

test("returns the first value", async () => {
  let looks = 0;
  const value = await waitUntil({
    what: "the third look",
    probe: () => (++looks === 3 ? { value: looks } : notYet(`look ${looks}`)),
    intervalMs: 1,
    timeoutMs: 1000,
  });
  expect(value).toBe(3);
});

test("names what it waited for and what it saw last", async () => {
  const waiting = waitUntil({ what: "a pig to fly", probe: () => notYet("a pig"), intervalMs: 1, timeoutMs: 5 });
  await expect(waiting).rejects.toThrow(/waiting for a pig to fly\. Last seen: a pig$/);
  await expect(waiting).rejects.toBeInstanceOf(TimedOut);
});

test("shows an error that the probe expects", async () => {
  const probe = () => notYet(new Error("connection refused"));
  const waiting = waitUntil({ what: "the server", probe, intervalMs: 1, timeoutMs: 5 });
  await expect(waiting).rejects.toThrow(/the server\. Last seen: connection refused$/);
});

test("goes on after a failure that is expected, and after no other", async () => {
  const failures = [new RangeError("refused"), new TypeError("x is not a function")];
  const probe = notYetOn(
    (error) => error instanceof RangeError,
    () => {
      throw failures.shift() ?? new Error("looked once more");
    },
  );
  await expect(waitUntil({ what: "x", probe, intervalMs: 1, timeoutMs: 60_000 })).rejects.toThrow(TypeError);
});

test.each([
  ["at once", () => wrong()],
  ["later", () => Promise.resolve().then(wrong)],
])("ends with the error that a probe throws %s, and looks no more", async (_, fail) => {
  let looks = 0;
  const probe = () => {
    looks++;
    return fail();
  };
  await expect(waitUntil({ what: "x", probe, intervalMs: 1, timeoutMs: 60_000 })).rejects.toThrow(TypeError);
  expect(looks).toBe(1);
});

test("ends in time where a look hangs, and says what was seen before", async () => {
  let looks = 0;
  const probe = () => (++looks === 1 ? notYet("a pig") : new Promise<never>(() => undefined));
  const waiting = waitUntil({ what: "a pig to fly", probe, intervalMs: 1, timeoutMs: 20 });
  await expect(waiting).rejects.toThrow("a pig to fly. Last seen: a pig (the last look got no answer in 1 s)");
});

test("gives a look up that hangs, tells its signal, and looks again", async () => {
  const signals: AbortSignal[] = [];
  const probe = (signal: AbortSignal) => {
    signals.push(signal);
    return signals.length === 1 ? new Promise<never>(() => undefined) : { value: signals.length };
  };
  const waiting = waitUntil({ what: "x", probe, intervalMs: 1, timeoutMs: 5000, lookTimeoutMs: 20 });
  expect(await waiting).toBe(2);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test("ends with its signal, also while a look hangs", async () => {
  const probe = () => new Promise<never>(() => undefined);
  const signal = AbortSignal.timeout(20);
  const waiting = waitUntil({ what: "x", probe, intervalMs: 1, timeoutMs: 60_000, signal });
  await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
});

function wrong(): never {
  throw new TypeError("x is not a function");
}
