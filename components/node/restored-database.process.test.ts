import { chmodSync, mkdirSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";

import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

describe("a database whose server still runs though its folder is gone", () => {
  it("is not waited for to be archived", () => {
    node = nodeRoot({ backup: { endpoint: "127.0.0.1:9", region: "r", bucket: "b", keepDays: 30, hour: 3 } });
    chmodSync(
      node.write(
        "/usr/lib/postgresql/17/bin/pg_controldata",
        "#!/bin/sh\necho 'could not open directory' >&2; exit 1\n",
      ),
      0o755,
    );
    node.write("/srv/imera/postgresql/17/complete", "");
    mkdirSync(node.place("/run"));
    node.fake("systemctl", "exit 0");
    node.fake("psql", "echo asked >&2; exit 1");
    const { stdout, stderr } = node.run("/usr/local/sbin/imera-restore", {
      arguments: ["--to", "2026-11-22T10:00:00Z"],
    });
    expect(stdout + stderr).toContain("the database's folder cannot be read: could not open directory");
    expect(node.calls()).not.toContain("psql");
  });
});

describe("a restored database that takes its place", () => {
  const commit = () =>
    node.python(
      [
        "from recovery import volume",
        "volume.run = lambda command: None; volume.sync = lambda folder: None; volume.record.write = lambda result: None",
        "volume.clear(); volume.restoring('main').mkdir()",
        "volume.commit({'outcome': 'backup'})",
        "print(json.dumps(volume.finish() if volume.result_file().exists() else sorted(p.name for p in volume.postgres.folder().iterdir())))",
      ].join("\n"),
    );

  it("sets aside the one that was there, and records where", () => {
    node.write("/srv/imera/postgresql/17/main/PG_VERSION", "17");
    expect(commit()).toEqual(["complete", "main", expect.stringMatching(/^main\.before-\d{8}T\d{6}Z$/)]);
  });

  it("needs none that was there", () => {
    expect(commit()).toEqual(["complete", "main"]);
  });
});
