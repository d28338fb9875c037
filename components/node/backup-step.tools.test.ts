import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

const step = join(nodeFiles, "usr/local/lib/imera/steps/70-backup");

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

/** Runs the step where the store was found to be so, as the step before it wrote down. */
function run(outcome: string, status: object = {}, purpose = "network") {
  node.write("/run/imera-backup-outcome", `${outcome}\n`);
  node.write("/var/lib/imera/backup/status.json", JSON.stringify(status));
  node.write("/etc/imera/node.json", JSON.stringify({ purpose, backup: { hour: 3 } }));
  node.fake("systemctl", "");
  node.fake("chown", "");
  const moved = `s#/(run|var/lib|etc)/(imera|systemd)#${node.path}&#g`;
  const code = `source <(sed -E '$d; s#^source .*##; ${moved}' "$0"); main`;
  const library = `source <(sed -E '${moved}' ${join(nodeFiles, "usr/local/lib/imera/step.sh")})`;
  const { stdout, stderr } = spawnSync("bash", ["--norc", "-c", `${library}; ${code}`, step], {
    encoding: "utf8",
    env: { PATH: `${node.path}/bin:${process.env["PATH"] ?? ""}` },
  });
  return { stdout, stderr, begun: node.calls().includes("systemctl start --no-block imera-backup.service\n") };
}

describe("the backups of a node that was set up", () => {
  it("are begun where one is due, and no word says that it is the first: after a restore there are others", () => {
    const said = run("needed", { lastGoodAt: "2026-11-20T03:00:00Z" });
    expect(said).toEqual({ stdout: "backup: a backup has begun\n", stderr: "", begun: true });
  });

  it.each([
    [{ lastGoodAt: "2026-11-20T03:00:00Z" }, "backup: newest of 2026-11-20T03:00:00Z\n"],
    [{}, "backup: the first is being made\n"],
  ])("are told of where none is due: %j", (status, stdout) => {
    expect(run("there", status)).toEqual({ stdout, stderr: "", begun: false });
  });

  it("are told not to work where the store is away, and their timers run all the same", () => {
    const said = run("NOT WORKING: imera-backup: the store cannot be reached");
    expect(said).toMatchObject({
      stdout: "backup: NOT WORKING: imera-backup: the store cannot be reached\n",
      begun: false,
    });
    expect(node.calls()).toMatch(/systemctl start imera-backup\.timer imera-backup-files\.timer/);
  });

  it("are none in a drill", () => {
    expect(run("needed", {}, "drill")).toMatchObject({ stdout: "backup: none: this is a drill\n", begun: false });
  });
});

describe("a backup of restored data", () => {
  const isDue = (outcome: string, stoppedSecondsAgo: number) => {
    node.write("/var/lib/imera/backup/status.json", "{}");
    return node.python(`
import time
from backup import preparation
state.load = lambda: {"lastGoodAt": "2026-11-20T03:00:00Z", "lastBackup": {"ok": True}}
made = [{"timestamp": {"stop": time.time() - ${stoppedSecondsAgo}}}]
database.info = lambda: None
database.of_this_cluster = lambda info: made
preparation.record.read = lambda: {"outcome": "${outcome}", "finishedAt": preparation.timestamps.iso(preparation.timestamps.now())}
print(json.dumps(preparation.is_due_at_once()))`);
  };

  it("is due, because those in the store are older than the restore", () => {
    expect(isDue("backup", 3600)).toBe(true);
  });

  it("is not due again once there is one that is newer, nor where the volume was there", () => {
    expect([isDue("backup", -5), isDue("volume", 3600)]).toEqual([false, false]);
  });
});
