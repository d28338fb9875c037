import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa, execaSync } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  cutOff,
  dead,
  type DebianMirror,
  debianMirror,
  half,
  type MirrorAnswer,
  otherPage,
} from "../testing/debian-mirror.ts";
import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

// The real apt and dpkg, on a root of their own.
let node: NodeRoot;
let mirror: DebianMirror;
let environment: Record<string, string>;

beforeEach(async () => {
  node = nodeRoot();
  mirror = await debianMirror(node.place("/packages"), ["one", "two", "three"], "later");
  for (const folder of [
    "/var/lib/dpkg/updates",
    "/var/lib/dpkg/info",
    "/var/lib/apt/lists",
    "/var/cache/apt",
    "/etc/apt/apt.conf.d",
    "/etc/apt/preferences.d",
  ]) {
    mkdirSync(node.place(folder), { recursive: true });
  }
  node.write("/var/lib/dpkg/status", "");
  node.write("/etc/apt/sources.list", `deb [trusted=yes] ${mirror.url} ./\n`);
  node.write("/usr/local/lib/imera/packages", "# needed\none\ntwo/later # because\n");
  environment = {
    APT_CONFIG: node.write("/apt.conf", aptSettings(node.path)),
    DPKG_ROOT: node.path,
    DPKG_ADMINDIR: node.place("/var/lib/dpkg"),
    IMERA_ROOT: node.path,
  };
});
afterEach(() => mirror[Symbol.asyncDispose]());

function aptSettings(root: string): string {
  const settings = {
    Dir: root,
    "Dir::State::status": join(root, "var/lib/dpkg/status"),
    "Dir::Bin::dpkg": "/usr/bin/dpkg",
    "Dir::Bin::methods": "/usr/lib/apt/methods",
    "APT::Sandbox::User": "root",
    "Acquire::Retries": "0",
    "Dpkg::Options::": "--force-not-root",
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} "${value}";\n`)
    .join("");
}

/** Runs the program; gives what it did and said. */
async function install(patienceSeconds = 60) {
  const program = join(nodeFiles, "usr/local/lib/imera/install-packages");
  const words = ["-B", program, "--patience", String(patienceSeconds)];
  const { exitCode, stdout, stderr } = await execa("/usr/bin/python3", words, { env: environment, reject: false });
  return { exitCode, installed: stdout.split("\n").filter(Boolean), said: stderr };
}

function dpkg(...words: string[]): void {
  execaSync("dpkg", ["--force-not-root", ...words], { env: environment });
}

function states(): string[] {
  const show = ["--show", "--showformat=${Package} ${db:Status-Abbrev}\n"];
  return execaSync("dpkg-query", show, { env: environment, reject: false })
    .stdout.split("\n")
    .map((line) => line.trim());
}

/** Holds a lock as apt does, for some seconds. Resolves once it is held. */
async function holdLock(path: string, seconds: number) {
  const script = `import fcntl, sys, time
file = open(sys.argv[1], "w"); fcntl.lockf(file, fcntl.LOCK_EX); print("held", flush=True); time.sleep(${seconds})`;
  const holder = execa("/usr/bin/python3", ["-c", script, node.place(path)], { reject: false });
  await holder.iterable()[Symbol.asyncIterator]().next();
  return { pid: holder.pid, release: () => holder.kill() };
}

const both = { exitCode: 0, installed: ["one", "two/later"] };

describe("install-packages", () => {
  it("installs what is missing, and asks for nothing when all is there", async () => {
    expect(await install()).toEqual({ ...both, said: "" });
    expect(states()).toEqual(["one ii", "two ii"]);
    const asked = mirror.asked.length;
    expect(await install()).toEqual({ exitCode: 0, installed: [], said: "" });
    expect(mirror.asked).toHaveLength(asked);
  });

  it("installs what a later version of this project needs as well", async () => {
    await install();
    node.write("/usr/local/lib/imera/packages", "one\ntwo\nthree\n");
    expect(await install()).toMatchObject({ exitCode: 0, installed: ["three"] });
  });

  it.each([["/var/lib/dpkg/lock-frontend"], ["/var/lib/apt/lists/lock"], ["/var/lib/dpkg/lock"]])(
    "waits for %s",
    async (path) => {
      const startedAtMs = Date.now();
      await holdLock(path, 4);
      expect(await install()).toMatchObject(both);
      expect(Date.now() - startedAtMs).toBeGreaterThan(4000);
    },
  );

  it("says who holds the lock when it has waited for too long", async () => {
    const holder = await holdLock("/var/lib/dpkg/lock-frontend", 60);
    const { exitCode, said } = await install(1);
    holder.release();
    expect(exitCode).toBe(1);
    expect(said).toContain("packages are missing: one two.");
    expect(said).toContain(`Why: dpkg frontend lock was locked by another process with pid ${holder.pid} (python3)`);
  });

  const failures: [string, RegExp, MirrorAnswer][] = [
    ["is dead", /./, dead],
    ["answers 503", /./, (response) => void response.writeHead(503).end()],
    ["cuts the index off", /Packages/, cutOff],
    ["has half an index", /Packages/, half],
    ["cuts a package off", /one.*deb/, cutOff],
    ["has half a package", /one.*deb/, half],
    ["shows another page", /./, otherPage],
  ];
  it.each(failures)("tries again where the mirror %s", async (_what, path, answer) => {
    mirror.failNext(2, path, answer);
    const result = await install();
    expect(result).toMatchObject(both);
    expect(result.said).toContain("Trying again");
    expect(states()).toEqual(["one ii", "two ii"]);
  });

  it("gives up in the end, and says first what is wrong", async () => {
    mirror.failNext(Infinity, /./, dead);
    const { exitCode, said } = await install(1);
    expect(exitCode).toBe(1);
    const message = said.split("\n").slice(-3);
    expect(message[0]).toBe("install-packages: packages are missing: one two.");
    expect(message[1]).toMatch(/Why: Failed to fetch http:\/\/127\.0\.0\.1/);
    expect(message[2]).toContain("run the same command again");
    expect(readFileSync(node.place("/var/log/imera-packages.log"), "utf8")).toContain("# exit code 100");
  });

  it("takes no package of another release", async () => {
    node.write("/usr/local/lib/imera/packages", "one\ntwo/sooner\n");
    const { said } = await install(1);
    expect(said).toContain("Release 'sooner' for 'two' was not found");
    expect(states()).toEqual([""]);
  });

  it.each([
    [
      "lets apt have them from the mirror that the machine has",
      "",
      "deb http://127.0.0.1:9/debian trixie-backports main\n",
    ],
    [
      "leaves the sources of a machine alone that has them",
      "deb http://127.0.0.1:9/own trixie-backports main\n",
      undefined,
    ],
  ])("where a package is from backports, %s", async (_what, own, written) => {
    node.write("/etc/apt/sources.list", `deb http://127.0.0.1:9/debian trixie main contrib\n${own}`);
    node.write("/usr/local/lib/imera/packages", "one/trixie-backports\n");
    await install(0);
    const list = node.place("/etc/apt/sources.list.d/imera-backports.list");
    expect(existsSync(list) ? readFileSync(list, "utf8") : undefined).toBe(written);
  });

  it.each([
    ["unpacked", () => dpkg("--unpack", node.place("/packages/one.deb"))],
    [
      "half installed",
      () => {
        dpkg("--install", node.place("/packages/one.deb"));
        const status = readFileSync(node.place("/var/lib/dpkg/status"), "utf8");
        node.write("/var/lib/dpkg/status", status.replace("install ok installed", "install reinstreq half-installed"));
      },
    ],
    [
      "in the middle of its records",
      () => {
        dpkg("--unpack", node.place("/packages/one.deb"));
        const status = readFileSync(node.place("/var/lib/dpkg/status"), "utf8");
        node.write("/var/lib/dpkg/updates/0000", status);
      },
    ],
  ])("mends a dpkg that was cut off: %s", async (_what, cut) => {
    cut();
    expect(await install()).toMatchObject({ exitCode: 0 });
    expect(states()).toEqual(["one ii", "two ii"]);
  });

  it("mends one that was cut off at a package of somebody else's", async () => {
    await install();
    dpkg("--unpack", node.place("/packages/three.deb"));
    expect(await install()).toMatchObject({ exitCode: 0, installed: [] });
    expect(states()).toContain("three ii");
  });
});
