import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";

// Each test starts other programs, which takes long on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

const root = fileURLToPath(new URL("../files/", import.meta.url));
const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
  statSync(join(root, name)).isFile(),
);
const firstLine = (name: string) => readFileSync(join(root, name), "utf8").split("\n", 1)[0] ?? "";
const python = names.filter((name) => firstLine(name).includes("python3") || name.endsWith(".py"));
const shell = names.filter((name) => /^#!.*\b(ba)?sh$|shellcheck shell=/.test(firstLine(name)));
const programs = names.filter((name) => firstLine(name).startsWith("#!"));
const ownUnits = readdirSync(join(root, "etc/systemd/system")).filter((name) => !name.endsWith(".d"));

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "imera-files-")));
});

describe("the tree", () => {
  it("has its programs executable and nothing else", () => {
    const executable = names.filter((name) => (statSync(join(root, name)).mode & 0o111) !== 0);
    expect(executable.sort()).toEqual(programs.sort());
  });

  it.each(python)("%s parses as Python", (name) => {
    const check = "import ast, sys; ast.parse(open(sys.argv[1]).read())";
    expect(() => execFileSync("python3", ["-c", check, join(root, name)], { stdio: "pipe" })).not.toThrow();
  });

  it.each(shell)("%s parses as shell", (name) => {
    expect(() => execFileSync("bash", ["-n", join(root, name)], { stdio: "pipe" })).not.toThrow();
  });

  it("names every step of converge, and has every step that it names", () => {
    const converge = readFileSync(join(root, "usr/local/lib/imera/converge"), "utf8");
    const named = new Set(converge.match(/(?<=\brun(?:_all)?(?: \d\d-[a-z-]+)* )\d\d-[a-z-]+/g));
    expect([...named].sort()).toEqual(readdirSync(join(root, "usr/local/lib/imera/steps")).sort());
  });

  it("has every program that a unit starts", () => {
    for (const unit of ownUnits.filter((name) => name.endsWith(".service"))) {
      const text = readFileSync(join(root, "etc/systemd/system", unit), "utf8");
      const program = /^ExecStart=\/(\S+)/m.exec(text)?.[1] ?? unit;
      expect(programs).toContain(program);
    }
  });
});

/** Loads a Python program of the tree, puts its files in other places than a node's, and runs its `main`. */
function run(name: string, places: string, input = "") {
  const driver = [
    "import importlib.machinery, importlib.util, pathlib, sys",
    "sys.dont_write_bytecode = True",
    'loader = importlib.machinery.SourceFileLoader("program", sys.argv[1])',
    'program = importlib.util.module_from_spec(importlib.util.spec_from_loader("program", loader))',
    "loader.exec_module(program)",
    places,
    "program.main()",
  ].join("\n");
  return spawnSync("python3", ["-c", driver, join(root, name)], { input, encoding: "utf8" });
}

describe("imera-apply", () => {
  const owner = [execFileSync("id", ["-un"]), execFileSync("id", ["-gn"])].map((text) => String(text).trim()).join(":");
  const file = (path: string, content: string) => ({ path: join(folder, "etc", path), mode: "0640", owner, content });
  const apply = (bundle: unknown) =>
    run(
      "usr/local/sbin/imera-apply",
      `program.ALLOWED = ("${folder}/etc/",); program.MANIFEST = pathlib.Path("${folder}/applied.json")`,
      typeof bundle === "string" ? bundle : JSON.stringify(bundle),
    );

  it("writes, leaves alone what is right, mends what is not, and removes what is listed no longer", () => {
    const first = { files: [file("one/a", "A"), file("b", "B")] };
    expect(apply(first).stdout).toMatch(/^wrote .*a\nwrote .*b\n2 files, 2 changed\n$/);
    expect(readFileSync(join(folder, "etc/one/a"), "utf8")).toBe("A");
    expect(statSync(join(folder, "etc/one/a")).mode & 0o777).toBe(0o640);
    expect(apply(first).stdout).toBe("2 files, 0 changed\n");
    chmodSync(join(folder, "etc/b"), 0o600);
    expect(apply(first).stdout).toMatch(/^wrote .*b\n2 files, 1 changed\n$/);
    expect(apply({ files: [file("b", "B")] }).stdout).toMatch(/^removed .*a\n1 files, 1 changed\n$/);
    expect(readdirSync(join(folder, "etc/one"))).toEqual([]);
  });

  it("never removes what it has not written", () => {
    mkdirSync(join(folder, "etc"));
    writeFileSync(join(folder, "etc/own"), "");
    apply({ files: [file("a", "A")] });
    apply({ files: [file("b", "B")] });
    expect(readdirSync(join(folder, "etc")).sort()).toEqual(["b", "own"]);
  });

  const good = () => file("good", "good");
  it.each([
    ["no JSON", () => "{"],
    ["no list", () => ({})],
    ["no file", () => ({ files: [] })],
    ["an unknown field", () => ({ files: [good(), { ...file("x", ""), extra: "1" }] })],
    ["a mode of three digits", () => ({ files: [good(), { ...file("x", ""), mode: "644" }] })],
    ["no such owner", () => ({ files: [good(), { ...file("x", ""), owner: "nobody-at-all:root" }] })],
    ["a place outside", () => ({ files: [good(), { ...file("x", ""), path: "/root/x" }] })],
    ["a way out", () => ({ files: [good(), { ...file("x", ""), path: `${folder}/etc/../out` }] })],
    ["the same place twice", () => ({ files: [good(), good()] })],
  ])("refuses a bundle with %s as a whole", (_what, bundle) => {
    const result = apply(bundle());
    expect(result.stderr).toContain("Refused");
    expect(result.status).not.toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("refuses to write through a symbolic link", () => {
    mkdirSync(join(folder, "etc"));
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(folder, "etc/link"));
    expect(apply({ files: [file("link/x", "")] }).stderr).toContain("behind a symbolic link");
    expect(readdirSync(join(folder, "elsewhere"))).toEqual([]);
  });
});

describe("imera-accept-secrets", () => {
  const secrets = {
    databasePassword: "database-1",
    erlangCookie: "ABCDEFGHIJKLMNOP",
    adminPassword: "admin-1",
    turnSecret: "turn-1",
    cloudflareToken: "token-1",
  };
  const place = () => join(folder, "secrets.json");
  const accept = (input: unknown, facts: unknown = {}) => {
    writeFileSync(join(folder, "node.json"), JSON.stringify(facts));
    return run(
      "usr/local/sbin/imera-accept-secrets",
      `program.SECRETS = pathlib.Path("${place()}"); program.FACTS = pathlib.Path("${folder}/node.json")`,
      typeof input === "string" ? input : JSON.stringify(input),
    );
  };

  it("keeps them for root only, and says when they are the same", () => {
    expect(accept(secrets).stdout).toBe("secrets: written\n");
    expect(statSync(place()).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(place(), "utf8"))).toEqual(secrets);
    expect(accept(secrets).stdout).toBe("secrets: unchanged\n");
  });

  const ofBackup = { backupAccessKey: "key-1", backupSecretKey: "secret-1", backupPassphrase: "phrase-1" };
  it.each([
    ["a node that keeps backups", { ...secrets, ...ofBackup, canaryPassword: "canary-1" }, { backup: {} }, 0],
    ["such a node without the canary's", { ...secrets, ...ofBackup }, { backup: {} }, 2],
    ["such a node without the store's", { ...secrets, canaryPassword: "canary-1" }, { backup: {} }, 2],
    [
      "a drill, which orders no certificate",
      { ...secrets, ...ofBackup, cloudflareToken: undefined, adminPassword: undefined },
      { backup: {}, purpose: "drill" },
      0,
    ],
    ["a drill without the passphrase", { ...secrets, ...ofBackup, backupPassphrase: "" }, { purpose: "drill" }, 2],
  ])("knows what it needs on %s", (_what, input, facts, status) => {
    expect(accept(input, facts).status).toBe(status);
  });

  it.each([
    ["no JSON", "database-1"],
    ["a list", [secrets]],
    ["one too few", { ...secrets, turnSecret: undefined }],
    ["one too many", { ...secrets, other: "other-1" }],
    ["a number", { ...secrets, turnSecret: 7 }],
    ["a quote", { ...secrets, adminPassword: "admin-1'" }],
    ["a line break", { ...secrets, adminPassword: "admin-1\n" }],
    ["a short cookie", { ...secrets, erlangCookie: "SHORT" }],
  ])("refuses %s, keeps the old ones, and shows none", (_what, input) => {
    accept(secrets);
    const result = accept(input);
    expect(result.status).toBe(2);
    expect(result.stderr).not.toMatch(/-1|SHORT/);
    expect(JSON.parse(readFileSync(place(), "utf8"))).toEqual(secrets);
  });
});

describe("erase-first-contact-key", () => {
  it("blanks the key in every form and keeps each file's length and the rest of it", () => {
    const { privateKey: key } = generateOpenSshKeyPair("imera");
    const copies = join(folder, "copies");
    mkdirSync(copies);
    const kept = { yaml: `a: 1\nkey: |\n${key.replace(/^/gm, "  ")}\nb: 2\n`, json: JSON.stringify({ key, b: 2 }) };
    for (const [name, content] of Object.entries(kept)) writeFileSync(join(copies, name), content);
    const result = run("usr/local/lib/imera/erase-first-contact-key", `program.main.__defaults__ = (["${copies}"],)`);
    expect(result.stderr).toBe("");
    const secretLines = key.split("\n").filter((line) => line.length >= 12 && !line.startsWith("-----"));
    expect(secretLines.length).toBeGreaterThan(3);
    for (const [name, content] of Object.entries(kept)) {
      const now = readFileSync(join(copies, name), "utf8");
      expect(now.length).toBe(content.length);
      for (const line of secretLines) expect(now).not.toContain(line);
    }
    expect(JSON.parse(readFileSync(join(copies, "json"), "utf8"))).toMatchObject({ b: 2 });
  });
});
