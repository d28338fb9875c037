import { expect, test } from "vitest";

import { GiveUp, waitUntil } from "./wait-until.ts";

test("returns the first value", async () => {
  let looks = 0;
  const value = await waitUntil({
    what: "the third look",
    probe: () => (++looks === 3 ? { value: looks } : { seen: `look ${looks}` }),
    intervalMs: 1,
    timeoutMs: 1000,
  });
  expect(value).toBe(3);
});

test("names what it waited for and what it saw last", async () => {
  const waiting = waitUntil({ what: "a pig to fly", probe: () => ({ seen: "a pig" }), intervalMs: 1, timeoutMs: 5 });
  await expect(waiting).rejects.toThrow(/waiting for a pig to fly\. Last seen: a pig/);
});

test("takes an error of the probe as not yet, and shows it", async () => {
  const probe = () => {
    throw new Error("connection refused");
  };
  const waiting = waitUntil({ what: "the server", probe, intervalMs: 1, timeoutMs: 5 });
  await expect(waiting).rejects.toThrow(/the server\. Last seen: connection refused/);
});

test("gives up at once when the probe says so", async () => {
  let looks = 0;
  const probe = () => {
    looks++;
    throw new GiveUp("it is dead");
  };
  await expect(waitUntil({ what: "x", probe, intervalMs: 1, timeoutMs: 60_000 })).rejects.toThrow("it is dead");
  expect(looks).toBe(1);
});
