import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, it } from "vitest";
import { takeLock, withLock } from "./lock.ts";

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imera-lock-"));
  file = path.join(folder, "deep", "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const setUp = { what: "Another set-up", timeoutMs: 10_000 };

it("lets one in at a time and tells the other whom it waits for", async () => {
  const events: string[] = [];
  const entered = Promise.withResolvers<undefined>();
  const waitedFor = Promise.withResolvers<undefined>();
  const first = withLock(file, { ...setUp, report: fail }, async () => {
    events.push("first in");
    entered.resolve(undefined);
    await waitedFor.promise;
    events.push("first out");
  });
  const report = (line: string) => {
    events.push(line);
    waitedFor.resolve(undefined);
  };
  await entered.promise;
  const second = withLock(file, { ...setUp, report }, () => Promise.resolve(events.push("second in")));
  await Promise.all([first, second]);
  const waiting = `Another set-up is running (process ${process.pid}); waiting for it…`;
  expect(events).toEqual(["first in", waiting, "first out", "second in"]);
  expect(existsSync(file)).toBe(false);
});

it("refuses a lock that is held, and says by whom", async () => {
  {
    await using held = await takeLock(file, fail);
    expect(held).toBeDefined();
    const refused = takeLock(file, (owner) => `held by ${owner}.`);
    await expect(refused).rejects.toThrow(
      new RegExp(
        String.raw`^held by process ${process.pid} \(another command, since \d{4}-\d\d-\d\d [\d:]{8} UTC\)\.$`,
      ),
    );
  }
  await using again = await takeLock(file, fail);
  expect(again).toBeDefined();
});

it("says which of the operator's commands holds a lock", async () => {
  const program = path.join(folder, "scripts/import.ts");
  mkdirSync(path.dirname(program));
  await writeFile(program, contention(file));
  const holder = contend([program]);
  expect(await holder.outcome).toBe("in");
  await expect(takeLock(file, String)).rejects.toThrow(`process ${holder.pid} (npm run import, since 20`);
  await holder.end();
});

it("takes over from a process that is gone, also when its pid belongs to another one now", async () => {
  const { pid } = spawnSync("true");
  for (const record of [{ pid, startTicks: "1" }, { pid: process.pid, startTicks: "1" }, "cut o"]) {
    await withLock(file, { ...setUp, report: fail }, () => Promise.resolve());
    await writeFile(file, JSON.stringify(record));
    expect(await withLock(file, { ...setUp, report: fail }, () => Promise.resolve("in"))).toBe("in");
  }
});

it("goes to one of many processes that find a dead owner's lock, and leaves nothing", async () => {
  await withLock(file, { ...setUp, report: fail }, () => Promise.resolve());
  for (let round = 0; round < 3; round++) {
    await writeFile(file, JSON.stringify({ pid: 4_194_305, startTicks: "1" }));
    const contenders = Array.from({ length: 6 }, () => contend(inline(file)));
    const outcomes = await Promise.all(contenders.map(({ outcome }) => outcome));
    const winner = contenders[outcomes.indexOf("in")]?.pid ?? 0;
    const refused: unknown = expect.stringMatching(new RegExp(`^refused: process ${winner} `));
    expect(outcomes.toSorted()).toEqual(["in", ...Array.from({ length: 5 }, () => refused)]);
    await Promise.all(contenders.map(({ end }) => end()));
    rmSync(file);
  }
  expect(readdirSync(path.dirname(file))).toEqual([]);
});

it("lets go when the work fails", async () => {
  const work = () => Promise.reject(new Error("no room"));
  await expect(withLock(file, { ...setUp, report: fail }, work)).rejects.toThrow("no room");
  expect(existsSync(file)).toBe(false);
});

/** Program that tries to take the lock, and dies with it when its standard input ends. */
function contention(lock: string): string {
  const module = path.join(import.meta.dirname, "lock.ts");
  return `
    import { text } from "node:stream/consumers";
    import { takeLock } from ${JSON.stringify(module)};
    try {
      await takeLock(${JSON.stringify(lock)}, String);
      console.log("in");
    } catch (error) {
      console.log("refused: " + error.message);
    }
    await text(process.stdin);`;
}

const inline = (lock: string) => ["--input-type=module-typescript", "--eval", contention(lock)];

/** Process of its own that runs such a program. */
function contend(program: readonly string[]) {
  const contender = execa(process.execPath, program);
  return {
    pid: contender.pid,
    outcome: once(contender.stdout, "data").then(([data]) => String(data).trim()),
    end: async () => {
      contender.stdin.end();
      await contender;
    },
  };
}

function fail(line: string | number): never {
  throw new Error(`Nothing was to be reported, but: ${line}`);
}
