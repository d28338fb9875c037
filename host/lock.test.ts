import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withLock } from "./lock.ts";

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imera-lock-"));
  file = path.join(folder, "deep", "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("lets one in at a time and tells the other whom it waits for", async () => {
  const events: string[] = [];
  const { promise, resolve } = signal();
  const first = withLock(file, fail, async () => {
    events.push("first in");
    await promise;
    events.push("first out");
  });
  const second = withLock(
    file,
    (line) => {
      events.push(line);
      resolve();
    },
    () => Promise.resolve(events.push("second in")),
  );
  await Promise.all([first, second]);
  const waiting = `Another set-up of the toolchain is running (process ${process.pid}); waiting for it…`;
  expect(events).toEqual(["first in", waiting, "first out", "second in"]);
  expect(existsSync(file)).toBe(false);
});

it("takes over from a process that is gone", async () => {
  const { pid } = spawnSync("true");
  await withLock(file, fail, () => Promise.resolve());
  writeFileSync(file, String(pid));
  expect(await withLock(file, fail, () => Promise.resolve("in"))).toBe("in");
});

it("lets go when the work fails", async () => {
  await expect(withLock(file, fail, () => Promise.reject(new Error("no room")))).rejects.toThrow("no room");
  expect(existsSync(file)).toBe(false);
});

function fail(line: string): void {
  throw new Error(`Nothing was to be reported, but: ${line}`);
}

function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
