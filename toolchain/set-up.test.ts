import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { repository } from "./set-up/folders.ts";
import type { PartName, SetUpOptions, setUpToolchain, Toolchain } from "./set-up.ts";
import { fakeMachine, install } from "./testing/fake-machine.ts";
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

  it("builds with the Go that the caller provides, and asks for none when the CLI was built before", async () => {
    machine.goIsMissing = true;
    const provideGo = vi.fn(() => {
      machine.goIsMissing = false;
      return Promise.resolve();
    });
    expect(origins(await setUp({ provideGo }))).toMatchObject({ cli: "built" });
    await setUp({ provideGo, setUpIn: otherCheckout() });
    expect(provideGo).toHaveBeenCalledTimes(1);
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
    const note = path.join(toolchain.pulumiHome.replace(/-[^-]+$/, ""), "download-host-silent");
    utimesSync(note, daysAgo(1.1), daysAgo(1.1));
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

describe("two checkouts with different stand-ins", () => {
  it("have a toolchain each, and neither touches the other's", async () => {
    const ours = await setUp();
    const before = contentsOf(ours);
    const theirs = await setUp({ setUpIn: otherCheckout() });
    expect(contentsOf(ours)).toEqual(before);
    for (const { part, path: executable } of theirs.parts) expect(executable).not.toBe(partOf(ours.parts, part).path);
    machine = fakeMachine();
    expect(await setUp()).toEqual(ours);
    expect(machine.reported).toEqual([]);
  });

  it("take both the official plugin that stands in the folder of official parts", async () => {
    const { parts, pulumiHome } = await setUp();
    const { path: executable } = partOf(parts, "command");
    install(path.join(pulumiHome.replace(/-[^-]+$/, ""), path.relative(pulumiHome, executable)));
    expect(origins(await setUp())).toMatchObject({ command: "official", cloudflare: "stand-in" });
    const theirs = await setUp({ setUpIn: otherCheckout() });
    expect(origins(theirs)).toMatchObject({ command: "official", cloudflare: "stand-in" });
  });

  it("leave no toolchain behind that nobody used for a week", async () => {
    const theirs = await setUp({ setUpIn: otherCheckout() });
    utimesSync(path.join(theirs.pulumiHome, "used"), daysAgo(6), daysAgo(6));
    await setUp();
    expect(existsSync(theirs.pulumiHome)).toBe(true);
    await setUp({ setUpIn: path.join(folder, "other-checkout") });
    const ours = await setUp();
    utimesSync(path.join(ours.pulumiHome, "used"), daysAgo(8), daysAgo(8));
    await setUp({ askAgain: true, setUpIn: path.join(folder, "other-checkout") });
    expect([existsSync(ours.pulumiHome), existsSync(theirs.pulumiHome)]).toEqual([false, true]);
  });

  it("leave nothing of a former version's behind that nobody used for a week, official parts neither", async () => {
    const { pulumiHome } = await setUp();
    const former = (name: string, ageDays: number, logsAgeDays = ageDays) => {
      const home = path.join(path.dirname(pulumiHome), name);
      mkdirSync(path.join(home, "logs"), { recursive: true });
      utimesSync(path.join(home, "logs"), daysAgo(logsAgeDays), daysAgo(logsAgeDays));
      utimesSync(home, daysAgo(ageDays), daysAgo(ageDays));
      return home;
    };
    const gone = [former("0123456789abcdef", 8), former("0123456789abcdef-0123456789abcdef", 30)];
    const called = former("00000000000000ff", 30, 6);
    const kept = [former("fedcba9876543210", 6), called, former("notes", 30)];
    await setUp({ askAgain: true });
    expect([...gone, ...kept].filter((home) => existsSync(home))).toEqual(kept);
  });
});

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * 24 * 60 * 60 * 1000);
}

/** Copies what the toolchain is made of, as a clone of another version would have it, and changes one plugin. */
function otherCheckout(): string {
  const other = path.join(folder, "other-checkout");
  for (const name of ["host", "toolchain", "package.json", "package-lock.json"]) {
    cpSync(path.join(repository, name), path.join(other, name), { recursive: true });
  }
  symlinkSync(path.join(repository, "node_modules"), path.join(other, "node_modules"));
  appendFileSync(path.join(other, "toolchain/plugins/digitalocean/main.ts"), "// of another version\n");
  return other;
}

function contentsOf({ parts }: Toolchain): string[] {
  const standIns = parts.filter(({ origin }) => origin === "stand-in");
  return standIns.map(({ path: executable }) => readFileSync(executable, "latin1"));
}

async function setUp(options: SetUpOptions & { setUpIn?: string } = {}): Promise<Toolchain> {
  const { setUpIn = repository, ...rest } = options;
  const checkout = (await import(path.join(setUpIn, "toolchain/set-up.ts"))) as {
    setUpToolchain: typeof setUpToolchain;
  };
  return checkout.setUpToolchain({
    bundle: (_part, entry) => Promise.resolve({ text: `// ${entry}`, inputs: [entry] }),
    ...rest,
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

function origins({ parts }: Toolchain): Record<string, string> {
  return Object.fromEntries(parts.map(({ part, origin }) => [part, origin]));
}

function partOf(parts: Toolchain["parts"], name: PartName): Toolchain["parts"][number] {
  const found = parts.find(({ part }) => part === name);
  if (found === undefined || !existsSync(found.path)) throw new Error(`${name} is not in place.`);
  return found;
}
