import { spawn } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { engineEnvironment } from "./engine/environment.ts";
import { setUpToolchain, type Toolchain } from "./set-up.ts";
import { repository } from "./set-up/folders.ts";

let toolchain: Toolchain;
let folder: string;

beforeAll(async () => {
  toolchain = await setUpToolchain();
  folder = await mkdtemp(path.join(tmpdir(), "imera-program-"));
  await symlink(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: "module", main: "index.ts" }));
  await writeFile(path.join(folder, "passphrase"), "a passphrase");
  await describeProject({ typescript: false });
  await pulumi("stack", "init", "dev");
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

it("start from their bundles and end when the engine asks", async () => {
  const standIns = toolchain.parts.filter(({ origin }) => origin === "stand-in");
  const starts = await Promise.all(standIns.map((part) => startAndInterrupt(part.path)));
  for (const { line } of starts) expect(line).toMatch(/^\d+$/);
  for (const { endedMs } of starts) expect(endedMs).toBeLessThan(2_000);
});

describe("the language host, on the real engine", () => {
  it("passes configuration in, secrets as secrets, and outputs out", async () => {
    await pulumi("config", "set", "plain", "an open word");
    await pulumi("config", "set", "--secret", "hidden", "a secret word");
    const { stdout } = await up(`
      import * as pulumi from "@pulumi/pulumi";
      const config = new pulumi.Config();
      console.log("said on stdout");
      console.error("said on stderr");
      export const plain: string = config.require("plain");
      export const hidden = config.requireSecret("hidden");
    `);
    expect(stdout).toContain("said on stdout");
    expect(stdout).toContain("said on stderr");
    expect(stdout).not.toContain("a secret word");
    const { stdout: outputs } = await pulumi("stack", "output", "--json", "--show-secrets");
    expect(JSON.parse(outputs)).toEqual({ plain: "an open word", hidden: "a secret word" });
  });

  it("shows an error of the program once, without words of its own", async () => {
    const { exitCode, stdout } = await up(`
      import * as pulumi from "@pulumi/pulumi";
      throw new pulumi.RunError("the region is missing");
    `);
    expect(exitCode).not.toBe(0);
    const diagnostics = stdout.slice(stdout.indexOf("Diagnostics:"));
    expect(diagnostics.match(/the region is missing/g)).toHaveLength(1);
    expect(diagnostics).not.toContain("non-zero exit code");
  });

  it.each([
    ["process.exit(3);", "Program exited with non-zero exit code: 3"],
    ['process.kill(process.pid, "SIGKILL");', "Program was ended by SIGKILL"],
  ])("tells how a program ended that said nothing: %s", async (program, words) => {
    const { exitCode, stdout } = await up(program);
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain(words);
  });

  it("gives the program the arguments for Node, and refuses options that it does not know", async () => {
    await describeProject({ typescript: false, nodeargs: "--title=imera" });
    expect((await up("console.log(`runs as ${process.title}`);")).stdout).toContain("runs as imera");
    await describeProject({ typescript: false, nodearg: "--title=imera" });
    const { exitCode, stdout } = await up("");
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain("nodearg: unknown");
    await describeProject({ typescript: false });
  });

  it("names the plugins that the installed packages ask for", async () => {
    const { stdout } = await pulumi("about", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      plugins: expect.arrayContaining([expect.objectContaining({ name: "digitalocean" })]) as unknown,
      runtime: { language: "nodejs" },
    });
  });
});

async function describeProject(options: Record<string, unknown>): Promise<void> {
  const project = { name: "probe", main: "index.ts", runtime: { name: "nodejs", options } };
  await writeFile(path.join(folder, "Pulumi.yaml"), stringify(project));
}

async function up(program: string): ReturnType<typeof pulumi> {
  await writeFile(path.join(folder, "index.ts"), program);
  return pulumi("up", "--yes", "--non-interactive", "--skip-preview", "--color=never");
}

async function pulumi(...args: string[]): Promise<{ readonly exitCode?: number; readonly stdout: string }> {
  const env = engineEnvironment({ toolchain, stateFolder: folder, passphraseFile: path.join(folder, "passphrase") });
  return execa(toolchain.pulumi, args, { cwd: folder, env, extendEnv: false, reject: false, stdin: "ignore" });
}

async function startAndInterrupt(executable: string): Promise<{ line: string; endedMs: number }> {
  const child = spawn(executable, ["127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
  const line = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("\n")) resolve(text.trim());
    });
    child.on("exit", (code) => reject(new Error(`${executable} ended with ${code ?? "a signal"} and said no port.`)));
  });
  const started = performance.now();
  child.kill("SIGINT");
  await new Promise((resolve) => child.once("exit", resolve));
  return { line, endedMs: performance.now() - started };
}
