import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { lookEach } from "./look-each.ts";

it("looks again after each look, and not once it is stopped", async () => {
  let looks = 0;
  let isLooking = false;
  const stop = lookEach(1, async () => {
    looks += 1;
    isLooking = true;
    await wait(5);
    isLooking = false;
  });
  while (looks < 3) await wait(1);
  await stop();
  expect(isLooking).toBe(false);
  const seen = looks;
  await wait(30);
  expect(looks).toBe(seen);
});
