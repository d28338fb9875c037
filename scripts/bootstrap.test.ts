import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { versions } from "../toolchain/versions.ts";

const bootstrap = path.join(import.meta.dirname, "bootstrap.mjs");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imera-bootstrap-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("bootstrap, when all is in place", () => {
  it("runs TypeScript on the repository's Node, with the arguments, adding no output of its own", async () => {
    const file = script(
      "const said: string[] = [process.version, ...process.argv.slice(2)]; console.log(said.join());",
    );
    const { stdout, stderr, exitCode } = await execa("node", [bootstrap, file, "--json", "a b"]);
    expect({ stdout, stderr, exitCode }).toEqual({ stdout: `v${versions.node},--json,a b`, stderr: "", exitCode: 0 });
  });

  it("puts the repository's programs first on the PATH", async () => {
    const file = script("console.log(process.env.PATH?.split(':')[0]);");
    const { stdout } = await execa("node", [bootstrap, file]);
    expect(stdout).toBe(path.resolve(import.meta.dirname, "../node_modules/.bin"));
  });

  it("ends with the exit code of the script", async () => {
    const { exitCode } = await execa("node", [bootstrap, script("process.exitCode = 7;")], { reject: false });
    expect(exitCode).toBe(7);
  });

  it("passes signals on, and tells of a script that one has ended", async () => {
    const ready = "console.log('ready'); setInterval(() => undefined, 1000);";
    const child = spawn("node", [bootstrap, script(ready)], { stdio: ["ignore", "pipe", "inherit"] });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("exit", resolve))).toBe(128 + 15);
  });

  it("says how it is used when there is nothing to run", async () => {
    const { exitCode, stderr } = await execa("node", [bootstrap], { reject: false });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("Usage: node scripts/bootstrap.mjs FILE.ts");
  });
});

function script(text: string): string {
  const file = path.join(folder, "script.ts");
  writeFileSync(file, text);
  return file;
}
