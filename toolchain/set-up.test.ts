import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MakeBundle } from "./set-up/bundle.ts";
import type { Command, CommandResult } from "./set-up/run-command.ts";
import { setUpToolchain, type PartName, type Toolchain } from "./set-up.ts";
import { pluginNames, versions } from "./versions.ts";

let folder = "";
let machine = fakeMachine();

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "imera-toolchain-"));
  machine = fakeMachine();
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("where Pulumi's download host does not answer", () => {
  it("builds the CLI and installs stand-ins, under XDG's folders and nowhere else", async () => {
    const toolchain = await setUp();
    expect(origins(toolchain)).toEqual({
      node: "official",
      cli: "built",
      "language-host": "stand-in",
      digitalocean: "stand-in",
      cloudflare: "stand-in",
      command: "stand-in",
    });
    for (const { path: executable } of toolchain.parts) {
      expect(executable.startsWith(path.join(folder, "data/imera/toolchain/"))).toBe(true);
      expect(statSync(executable).mode & 0o111).not.toBe(0);
    }
    expect(machine.ran("go build")).toHaveLength(1);
    expect(machine.ran("plugin install")).toEqual([]);
  });

  it("finds all of it the second time, asking and running nothing", async () => {
    const first = await setUp();
    machine = fakeMachine();
    expect(await setUp()).toEqual(first);
    expect(machine).toMatchObject({ commands: [], reported: [], timesAsked: 0 });
  });

  it("uses an official plugin that is in place as it is", async () => {
    const { parts } = await setUp();
    const { path: executable } = partOf(parts, "command");
    const official = "#!/bin/sh\n# as the vendor made it\n";
    writeFileSync(executable, official);
    expect(origins(await setUp())).toMatchObject({ command: "official", cloudflare: "stand-in" });
    expect(readFileSync(executable, "utf8")).toBe(official);
  });

  it("uses an official CLI that is in place as it is", async () => {
    const { parts } = await setUp();
    writeFileSync(partOf(parts, "cli").path, "another executable");
    expect(origins(await setUp())).toMatchObject({ cli: "official", "language-host": "stand-in" });
  });

  it("builds the CLI once when two set-ups start together", async () => {
    const both = await Promise.all([setUp(), setUp()]);
    expect(both[0]).toEqual(both[1]);
    expect(machine.ran("go build")).toHaveLength(1);
    expect(machine.reported.join()).toContain("waiting for it");
  });

  it("says which part failed, why and what to do when Go is missing", async () => {
    machine.goIsMissing = true;
    await expect(setUp()).rejects.toThrow(/^Cannot set up cli: .*Go is not installed[^]*Install Go /);
  });

  it("says the same when the disk is full, and goes on from there the next time", async () => {
    machine.buildFailure = "write /tmp/x: no space left on device";
    await expect(setUp()).rejects.toThrow(/^Cannot set up cli: [^]*no space left on device[^]*Free about 3 GB/);
    machine.buildFailure = undefined;
    expect(origins(await setUp())).toMatchObject({ cli: "built" });
  });

  it("asks again after a day, or when told to", async () => {
    const toolchain = await setUp();
    await setUp({ askAgain: true });
    expect(machine.timesAsked).toBe(2);
    const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
    utimesSync(path.join(toolchain.pulumiHome, "download-host-silent"), yesterday, yesterday);
    await setUp();
    expect(machine.timesAsked).toBe(3);
  });
});

describe("where Pulumi's download host answers", () => {
  beforeEach(() => (machine.hostAnswers = true));

  it("installs official parts only, each in its pinned version", async () => {
    const toolchain = await setUp();
    expect(new Set(Object.values(origins(toolchain)))).toEqual(new Set(["official"]));
    expect(machine.ran("go ")).toEqual([]);
    expect(machine.ran("pulumi/run.js version")).toHaveLength(1);
    for (const name of pluginNames) {
      expect(machine.ran(`plugin install resource ${name} ${versions.plugins[name]}`)).toHaveLength(1);
    }
  });

  it("asks nothing the second time", async () => {
    await setUp();
    await setUp();
    expect(machine.timesAsked).toBe(1);
  });

  it("replaces what had to serve while it was silent", async () => {
    machine.hostAnswers = false;
    await setUp();
    machine.hostAnswers = true;
    expect(new Set(Object.values(origins(await setUp({ askAgain: true }))))).toEqual(new Set(["official"]));
  });

  it("fails when a download does, and takes nothing else instead", async () => {
    machine.downloadFailure = "connection reset";
    await expect(setUp()).rejects.toThrow(/^Cannot set up cli: connection reset[^]*Run it again/);
    expect(machine.ran("go build")).toEqual([]);
  });
});

async function setUp(options: { askAgain?: boolean; bundle?: MakeBundle } = {}): Promise<Toolchain> {
  return setUpToolchain({
    bundle: (_part, entry) => Promise.resolve({ text: `// ${entry}`, inputs: [entry] }),
    ...options,
    environment: { XDG_DATA_HOME: path.join(folder, "data"), XDG_CACHE_HOME: path.join(folder, "cache") },
    report: (line) => void machine.reported.push(line),
    downloadHost: {
      answers: () => {
        machine.timesAsked += 1;
        return Promise.resolve(machine.hostAnswers);
      },
    },
    run: (command) => machine.run(command),
  });
}

/** Stands for what set-up reaches out to: the download host, Go, the official installers. */
function fakeMachine() {
  const commands: string[] = [];
  return {
    commands,
    reported: [] as string[],
    timesAsked: 0,
    hostAnswers: false,
    goIsMissing: false,
    buildFailure: undefined as string | undefined,
    downloadFailure: undefined as string | undefined,
    ran(part: string): string[] {
      return commands.filter((command) => command.includes(part));
    },
    run(command: Command): Promise<CommandResult> {
      const line = [command.file, ...command.args].join(" ");
      commands.push(line);
      if (command.file === "go") return Promise.resolve(this.go(command));
      if (this.downloadFailure !== undefined) return Promise.resolve(failed(this.downloadFailure));
      const home = command.environment?.["PULUMI_HOME"] ?? "";
      if (line.includes("run.js")) return Promise.resolve(installCli(home));
      const [, , , name = "", version = ""] = command.args;
      install(path.join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`));
      return Promise.resolve(succeeded(""));
    },
    go({ args }: Command): CommandResult {
      if (this.goIsMissing) return failed("spawn go ENOENT");
      if (args[0] === "version") return succeeded("go version go1.26.8 linux/amd64");
      if (this.buildFailure !== undefined) return { ...failed("exit code 1"), stderr: this.buildFailure };
      install(args[args.indexOf("-o") + 1] ?? "");
      return succeeded("");
    },
  };
}

function installCli(home: string): CommandResult {
  const bin = path.join(home, "versions", versions.cli, "bin");
  install(path.join(bin, "pulumi"));
  install(path.join(bin, "pulumi-language-nodejs"));
  return succeeded(`v${versions.cli}`);
}

function install(executable: string): void {
  mkdirSync(path.dirname(executable), { recursive: true });
  writeFileSync(executable, "\u007fELF and so on", { mode: 0o755 });
}

function succeeded(stdout: string): CommandResult {
  return { exitCode: 0, stdout, stderr: "", failure: undefined };
}

function failed(failure: string): CommandResult {
  return { exitCode: 1, stdout: "", stderr: "", failure };
}

function origins({ parts }: Toolchain): Record<string, string> {
  return Object.fromEntries(parts.map(({ part, origin }) => [part, origin]));
}

function partOf(parts: Toolchain["parts"], name: PartName): Toolchain["parts"][number] {
  const found = parts.find(({ part }) => part === name);
  if (found === undefined || !existsSync(found.path)) throw new Error(`${name} is not in place.`);
  return found;
}
