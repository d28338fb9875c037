import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { generateOpenSshKeyPair } from "../../host/openssh-key.ts";
import { temporaryFolder } from "../../host/testing/temporary-folder.ts";
import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const root = nodeFiles;
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
  folder = temporaryFolder("files");
});

describe("the tree", () => {
  it("has its programs executable and nothing else", () => {
    const executable = names.filter((name) => (statSync(join(root, name)).mode & 0o111) !== 0);
    expect(executable.sort()).toEqual(programs.sort());
  });

  it.each(python)("%s parses as Python", (name) => {
    const check = "import ast, sys; ast.parse(open(sys.argv[1]).read())";
    expect(() => execFileSync("/usr/bin/python3", ["-c", check, join(root, name)], { stdio: "pipe" })).not.toThrow();
  });

  it.each(shell)("%s parses as shell", (name) => {
    expect(() => execFileSync("bash", ["-n", join(root, name)], { stdio: "pipe" })).not.toThrow();
  });

  it("names every step of converge, and has every step that it names", () => {
    const converge = readFileSync(join(root, "usr/local/lib/imera/converge"), "utf8");
    const named = new Set(converge.match(/(?<=\brun(?:_all)?(?: \d\d-[a-z-]+)* )\d\d-[a-z-]+/g));
    expect([...named].sort()).toEqual(readdirSync(join(root, "usr/local/lib/imera/steps")).sort());
  });

  it("has every program that a unit starts, or a package that it installs has it", () => {
    const ofPackages = ["usr/sbin/nft"];
    for (const unit of ownUnits.filter((name) => name.endsWith(".service"))) {
      const text = readFileSync(join(root, "etc/systemd/system", unit), "utf8");
      const program = /^ExecStart=\/(\S+)/m.exec(text)?.[1] ?? unit;
      expect([...programs, ...ofPackages]).toContain(program);
    }
  });
});

describe("imera-apply", () => {
  let node: NodeRoot;
  beforeEach(() => {
    node = nodeRoot();
  });
  const owner = [execFileSync("id", ["-un"]), execFileSync("id", ["-gn"])].map((text) => String(text).trim()).join(":");
  const file = (path: string, content: string) => ({ path: `/etc/imera/new/${path}`, mode: "0640", owner, content });
  const apply = (bundle: unknown) =>
    node.run("/usr/local/sbin/imera-apply", { input: typeof bundle === "string" ? bundle : JSON.stringify(bundle) });
  const place = (path: string) => node.place(`/etc/imera/new/${path}`);

  it("writes, leaves alone what is right, mends what is not, and removes what is listed no longer", () => {
    const first = { files: [file("one/a", "A"), file("b", "B")] };
    expect(apply(first).stdout).toMatch(/^wrote .*a\nwrote .*b\n2 files, 2 changed\n$/);
    expect(readFileSync(place("one/a"), "utf8")).toBe("A");
    expect(statSync(place("one/a")).mode & 0o777).toBe(0o640);
    expect(apply(first).stdout).toBe("2 files, 0 changed\n");
    chmodSync(place("b"), 0o600);
    expect(apply(first).stdout).toMatch(/^wrote .*b\n2 files, 1 changed\n$/);
    expect(apply({ files: [file("b", "B")] }).stdout).toMatch(/^removed .*a\n1 files, 1 changed\n$/);
    expect(readdirSync(place("one"))).toEqual([]);
  });

  it("never removes what it has not written", () => {
    node.write("/etc/imera/new/own", "");
    apply({ files: [file("a", "A")] });
    apply({ files: [file("b", "B")] });
    expect(readdirSync(place("")).sort()).toEqual(["b", "own"]);
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
    ["a way out", () => ({ files: [good(), { ...file("x", ""), path: "/etc/imera/../../root/x" }] })],
    ["the secrets' own place", () => ({ files: [good(), { ...file("x", ""), path: "/etc/imera/secrets.json" }] })],
    ["the same place twice", () => ({ files: [good(), good()] })],
  ])("refuses a bundle with %s as a whole", (_what, bundle) => {
    const result = apply(bundle());
    expect(result.stderr).toContain("the bundle is refused, nothing was changed");
    expect(result.status).toBe(2);
    expect(readdirSync(node.path).sort()).toEqual(["etc", "srv"]);
    expect(readdirSync(node.place("/etc/imera"))).toEqual(["node.json"]);
  });

  it("refuses to write through a symbolic link", () => {
    mkdirSync(place(""));
    mkdirSync(node.place("/elsewhere"));
    symlinkSync(node.place("/elsewhere"), place("link"));
    expect(apply({ files: [file("link/x", "")] }).stderr).toContain("behind a symbolic link");
    expect(readdirSync(node.place("/elsewhere"))).toEqual([]);
  });
});

describe("imera-accept-secrets", () => {
  const secretPatterns = { erlangCookie: "[A-Za-z0-9]{20,255}", adminPassword: String.raw`[!#-&(-\[\]-~]{1,255}` };
  const secrets = { erlangCookie: "ABCDEFGHIJKLMNOPQRST", adminPassword: "admin-1" };
  let node: NodeRoot;
  beforeEach(() => {
    node = nodeRoot({ secretPatterns });
  });
  const place = () => node.place("/etc/imera/secrets.json");
  const program = "/usr/local/sbin/imera-accept-secrets";
  const accept = (input: unknown) =>
    node.run(program, { input: typeof input === "string" ? input : JSON.stringify(input) });

  it("keeps them for root only, and says when they are the same", () => {
    expect(accept(secrets).stdout).toBe("secrets: written\n");
    expect(statSync(place()).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(place(), "utf8"))).toEqual(secrets);
    expect(accept(secrets).stdout).toBe("secrets: unchanged\n");
  });

  it.each([
    ["no JSON", "admin-1"],
    ["a list", [secrets]],
    ["one too few", { ...secrets, adminPassword: undefined }],
    ["one too many", { ...secrets, other: "other-1" }],
    ["a number", { ...secrets, adminPassword: 7 }],
    ["an empty one", { ...secrets, adminPassword: "" }],
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

describe("a full disk", () => {
  /** A limit on the size of files ends a write as a full disk does: with what came before already in the file. */
  const limited = (command: string, input: string) =>
    spawnSync("bash", ["-c", `ulimit -f 0; ${command}`], { input, encoding: "utf8" });
  const left = (path: string) => readdirSync(path).sort();

  it("leaves no secret behind in a file of another name", () => {
    const target = join(folder, "secrets.json");
    writeFileSync(target, "old");
    const library = join(root, "usr/local/lib/imera");
    const code = `import sys, pathlib; sys.path.insert(0, "${library}"); from node import atomic; atomic.write(pathlib.Path("${target}"), "x" * 5000, 0o600)`;
    const { stderr, status } = limited(`python3 -B -c '${code}'`, "");
    expect(stderr).toContain("File too large");
    expect(status).toBe(1);
    expect(left(folder)).toEqual(["secrets.json"]);
    expect(readFileSync(target, "utf8")).toBe("old");
  });

  it("leaves none behind where a step writes it", () => {
    const target = join(folder, "secrets.yml");
    writeFileSync(target, "old");
    const user = execFileSync("id", ["-un"], { encoding: "utf8" }).trim();
    // The signal that comes with the limit would end cat without a word; a full disk sends none.
    const { stderr, status } = limited(
      `trap "" XFSZ; source ${root}/usr/local/lib/imera/step.sh; install_text ${target} 0600 ${user}`,
      "secret".repeat(1000),
    );
    expect(stderr).toContain("secrets.yml could not be written");
    expect(status).toBe(1);
    expect(left(folder)).toEqual(["secrets.yml"]);
    expect(readFileSync(target, "utf8")).toBe("old");
  });
});

describe("erase-first-contact-key", () => {
  it("blanks the key in every form and keeps each file's length and the rest of it", () => {
    const { privateKey: key } = generateOpenSshKeyPair("imera");
    const node = nodeRoot();
    const copies = node.place("/var/lib/cloud");
    mkdirSync(copies, { recursive: true });
    const kept = { yaml: `a: 1\nkey: |\n${key.replace(/^/gm, "  ")}\nb: 2\n`, json: JSON.stringify({ key, b: 2 }) };
    for (const [name, content] of Object.entries(kept)) writeFileSync(join(copies, name), content);
    const result = node.run("/usr/local/lib/imera/erase-first-contact-key");
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
