import { writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { mustRunReported, runReported } from "../runner/run-reported.ts";

const shell = (script: string) => ({ file: "/bin/sh", args: ["-c", script] });

describe("runReported", () => {
  it("reports the lines of both outputs as they come", async () => {
    const folder = await mkdtemp(join(tmpdir(), "imera-reported-"));
    const heard = join(folder, "heard");
    const lines: string[] = [];
    const report = (line: string): void => {
      lines.push(line);
      writeFileSync(heard, "");
    };
    // Goes on once its first line has been heard: which of two outputs is read first, nobody says.
    const script = `echo out; until [ -e ${heard} ]; do sleep 0.02; done; echo error >&2; printf unended >&2; exit 3`;
    const { exitCode } = await runReported(report, shell(script));
    await rm(folder, { recursive: true });
    expect(lines).toEqual(["out", "error", "unended"]);
    expect(exitCode).toBe(3);
  });

  it("gives the environment on, and no input", async () => {
    const lines: string[] = [];
    const program = { ...shell("echo $WORD; cat; echo end"), environment: { WORD: "given" } };
    await runReported((line) => lines.push(line), program);
    expect(lines).toEqual(["given", "end"]);
  });

  it.each([
    ["exit 3", "exit code 3"],
    ["kill -9 $$", "SIGKILL"],
  ])("says how a program ended that must not: %s", async (script, words) => {
    await expect(mustRunReported(() => undefined, shell(script))).rejects.toThrow(words);
  });

  it("says so when there is no such program", async () => {
    const program = { file: "/nowhere/program", args: [] };
    await expect(mustRunReported(() => undefined, program)).rejects.toThrow("/nowhere/program");
  });
});
