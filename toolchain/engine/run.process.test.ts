import { chmodSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import process from "node:process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { EngineError, InterruptedRun, runEngine } from "./run.ts";
import { engineStack } from "./stack.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imera-engine-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A CLI that works until it is asked to end, then says what the engine says of what was under way, and fails. */
const works = `
trap 'echo "error: imera-xmpp1-droplet: 1 error occurred: * The operation was aborted: Cancelled."; exit 255' INT
echo working
while :; do sleep 0.05; done`;

it("a run that Ctrl-C ended is said to be interrupted, and no resource is blamed for it", async () => {
  const run = runEngine(stackOf(works), ["up", "--yes"], (event) => {
    if (event.kind === "line" && event.text === "working") process.emit("SIGINT", "SIGINT");
  });
  const error: unknown = await run.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InterruptedRun);
  expect(String(error)).toMatch(/Interrupted: pulumi up was ended before it was done\. What it had done by then stays/);
  expect(String(error)).not.toMatch(/Cancelled|failed|imera-xmpp1-droplet/);
});

it("a run that failed by itself has the engine's own words, and the place of all that it said", async () => {
  const run = runEngine(stackOf('echo "error: there is no such droplet"; exit 255'), ["up", "--yes"]);
  const error: unknown = await run.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(EngineError);
  expect(String(error)).toContain("pulumi up failed:\n  error: there is no such droplet");
  expect(String(error)).toContain(path.join(folder, "engine.log"));
});

it("a log that has grown large is put aside, in the place of the one before it", async () => {
  const log = path.join(folder, "engine.log");
  writeFileSync(`${log}.1`, "the one before\n");
  writeFileSync(log, "old\n");
  await runEngine(stackOf("echo working; sleep 0.3"), ["up"]);
  expect([readFileSync(log, "utf8"), readFileSync(`${log}.1`, "utf8")]).toEqual(["old\nworking\n", "the one before\n"]);
  truncateSync(log, 65 * 1024 * 1024);
  await runEngine(stackOf("echo working; sleep 0.3"), ["up"]);
  expect(readFileSync(log, "utf8")).toBe("working\n");
  expect(readFileSync(`${log}.1`, "utf8").slice(0, 12)).toBe("old\nworking\n");
});

function stackOf(program: string) {
  const command = path.join(folder, "pulumi");
  writeFileSync(command, `#!/bin/bash\n${program}\n`);
  chmodSync(command, 0o755);
  const cli = { command, env: { PATH: process.env["PATH"] ?? "" }, projectFolder: folder };
  return engineStack(
    { stack: "local", runNumber: 6, configFile: path.join(folder, "c.yaml"), workFolder: folder },
    cli,
  );
}
