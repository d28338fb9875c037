import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";

import { nodeFiles, type NodeRoot, nodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
  mkdirSync(node.place("/run"));
});

/** Programs of a node that are written in Python, by their absolute paths there. */
const programs = readdirSync(nodeFiles, { recursive: true, encoding: "utf8" })
  .filter((path) => path.startsWith("usr/local/") && statSync(join(nodeFiles, path)).isFile())
  .filter((path) => /^#!.*python3/.test(readFileSync(join(nodeFiles, path), "utf8").split("\n", 1)[0] ?? ""))
  .map((path) => `/${path}`);
const argumentsOf = new Map([
  ["/usr/local/sbin/imera-backup", ["status"]],
  ["/usr/local/sbin/imera-restore", ["--to", "2026-11-26T10:00:00Z", "--plan"]],
  ["/usr/local/sbin/imera-export", ["alice"]],
  ["/usr/local/sbin/imera-certificate", ["renew"]],
  ["/usr/local/sbin/imera-retention", ["run"]],
]);
/** Those that read neither the facts nor a service before they work; the watcher has files of its own. */
const withoutFacts = [
  ...["erase-first-contact-key", "install-packages", "10-packages", "imera-apply", "imera-upgrade"],
  ...["imera-watch", "ping-switch"],
];

describe("a program of the node", () => {
  it.each(programs.filter((path) => !withoutFacts.some((name) => path.endsWith(name))))(
    "names the facts that cannot be read: %s",
    (program) => {
      for (const damage of ["", "{", "[]"]) {
        node.write("/etc/imera/node.json", damage);
        const { stderr, status } = node.run(program, { arguments: argumentsOf.get(program) ?? [] });
        expect(stderr).toMatch(/etc\/imera\/node\.json cannot be read/);
        expect(stderr).toMatch(/What to do: run 'npm run pulumi -- up --stack STACK'/);
        expect(stderr).not.toContain("Traceback");
        expect(status).not.toBe(0);
      }
    },
  );

  it.each(programs)("ends on whatever error with a sentence: %s", (program) => {
    expect(readFileSync(join(nodeFiles, program), "utf8")).toMatch(/^ {4}program\.guard\("[\w-]+"/m);
  });

  it("tells an error that nobody expected in one sentence, and where it happened in the journal only", () => {
    node.write(
      "/program",
      [
        "import sys",
        `sys.path.insert(0, ${JSON.stringify(join(nodeFiles, "usr/local/lib/imera"))})`,
        "from node import program",
        "program.log = lambda name, text: open(sys.argv[1], 'w').write(text)",
        "program.guard('imera-test')",
        "print('before', end='')",
        "b'\\xff'.decode()",
      ].join("\n"),
    );
    const { stdout, stderr, status } = node.run(`../../../../../../../../..${node.place("/program")}`, {
      arguments: [node.place("/journal")],
    });
    expect({ stdout, status }).toEqual({ stdout: "before", status: 1 });
    expect(stderr).toMatch(
      /^imera-test: .*\n {2}Why: UnicodeDecodeError: .*\n {2}What to do: .*journalctl -t imera-test.*\n$/,
    );
    expect(readFileSync(node.place("/journal"), "utf8")).toMatch(/^Traceback/);
  });
});

describe("a document that the node keeps and that is damaged", () => {
  const damages = ["", "{", "[]", "\u0000\u0000"];

  it.each(damages)("the status of the backups: red, named and written anew (%j)", (damage) => {
    node.write("/var/lib/imera/backup/status.json", damage);
    const answer = node.python(
      "red = checks.troubles()['backup']\nstate.update(walGap=None)\nprint(json.dumps([red, state.load()]))",
    );
    expect(answer).toEqual([
      expect.stringMatching(/status\.json cannot be read: .*begins by itself/),
      { enabledAt: expect.anything() as unknown, walGap: null },
    ]);
  });

  it.each(damages)("the digests of uploads, a mere cache: made anew (%j)", (damage) => {
    node.write("/srv/imera/upload/u/a.txt", "a");
    node.write("/srv/imera/backup/digests.json", damage);
    const stage =
      'print(json.dumps(staging.stage(folder / "srv/imera/upload", folder / "srv/imera/backup/upload", time.time() + 3)))';
    expect(node.python(stage)).toMatchObject({ "u/a.txt": { sizeBytes: 1 } });
    expect(JSON.parse(readFileSync(node.place("/srv/imera/backup/digests.json"), "utf8"))).toHaveProperty(["u/a.txt"]);
  });

  it.each(['{"u/a.txt": null}', '{"u/a.txt": {}}', '{"u/a.txt": {"sha256": 7}}'])(
    "an entry of the digests that makes no sense: read again (%s)",
    (damage) => {
      node.write("/srv/imera/upload/u/a.txt", "a");
      node.write("/srv/imera/backup/digests.json", damage);
      const stage =
        'print(json.dumps(staging.stage(folder / "srv/imera/upload", folder / "srv/imera/backup/upload", time.time() + 3)))';
      expect(node.python(stage)).toMatchObject({ "u/a.txt": { sizeBytes: 1, sha256: expect.any(String) as unknown } });
    },
  );

  it.each(damages)("the record of the recovery: none, which is said (%j)", (damage) => {
    node.write("/var/lib/imera/recovery.json", damage);
    expect(() => node.python("from recovery import record\nprint(json.dumps(record.read()))")).toThrow(
      /recovery\.json cannot be read: .*written anew/,
    );
  });

  it.each(["", "{", "{}"])("the list of the last bundle's files: nothing is removed, which is said (%j)", (damage) => {
    node.write("/var/lib/imera/applied.json", damage);
    const owner = [execFileSync("id", ["-un"]), execFileSync("id", ["-gn"])]
      .map((text) => String(text).trim())
      .join(":");
    const bundle = { files: [{ path: "/etc/imera/x", mode: "0644", owner, content: "x" }] };
    const { stdout } = node.run("/usr/local/sbin/imera-apply", { input: JSON.stringify(bundle) });
    expect(stdout).toMatch(/applied\.json cannot be read: .*stay/);
    expect(JSON.parse(readFileSync(node.place("/var/lib/imera/applied.json"), "utf8"))).toEqual(["/etc/imera/x"]);
  });

  it("is told from one that is not there", () => {
    rmSync(node.place("/etc/imera/node.json"));
    expect(node.run("/usr/local/lib/imera/health").stderr).toMatch(
      /node\.json cannot be read.*\n {2}Why: it is missing/,
    );
  });
});
