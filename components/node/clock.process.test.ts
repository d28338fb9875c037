import { spawnSync } from "node:child_process";
import { readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";

import { nodeFiles, nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

describe("a backup while the newest label is ahead of the clock", () => {
  const behind =
    "ERROR: [106]: new backup label '20261126-040930F_20261126-041136I' is not later than latest backup label '20261126-040930F_20261126-181118I'";
  /** Outcome of a backup of this kind, where pgBackRest refuses those of the others: label, or the Trouble. */
  function backUp(kind: string, refused: string) {
    const made = {
      label: "20261126-041140F",
      error: false,
      timestamp: { start: Math.ceil(Date.now() / 1000) },
      database: { id: 1 },
      info: { size: 1 },
      "database-ref": [{ name: "ejabberd" }],
    };
    const info = [{ name: "imera", status: { code: 0 }, db: [{ id: 1, "system-id": 7 }], archive: [], backup: [made] }];
    node.write("/info", JSON.stringify(info));
    node.fake(
      "pgbackrest",
      `echo "$TZ" >>${node.path}/zones\ncase "$*" in *--type=${refused}*) echo "${behind}" >&2; exit 106;; *info*) cat ${node.path}/info;; esac`,
    );
    const code = [
      "import contextlib, io",
      "database.value = lambda statement: '7'",
      "said = io.StringIO()",
      "with contextlib.redirect_stderr(said):",
      ` try:\n  outcome = database.back_up(${JSON.stringify(kind)})["label"]`,
      " except trouble.Trouble as failed:\n  outcome = [failed.line(), failed.todo]",
      "print(json.dumps([outcome, said.getvalue()]))",
    ].join("\n");
    return node.python(code) as [unknown, string];
  }
  const asked = () => node.calls().match(/--type=\w+/g);

  it("is made as a full one, once, and says so in one line", () => {
    const [label, said] = backUp("incr", "incr");
    expect(label).toBe("20261126-041140F");
    expect(asked()).toEqual(["--type=incr", "--type=full"]);
    expect(said).toMatch(/^imera-backup: .*clock is behind.*181118I'\).*a full backup is made instead\n$/);
  });

  it("fails when the label of a full one is ahead too, with what to do about the clock", () => {
    const [trouble] = backUp("incr", "");
    expect(asked()).toEqual(["--type=incr", "--type=full"]);
    expect(trouble).toEqual([
      expect.stringMatching(/clock is behind.*181118I/),
      expect.stringMatching(/timedatectl.*by themselves/),
    ]);
    expect(backUp("full", "full")[0]).toEqual(trouble);
    expect(asked()).toHaveLength(3);
  });

  it("is told apart from one that failed for another reason", () => {
    node.fake("pgbackrest", "echo 'ERROR: [049]: unable to connect' >&2; exit 49");
    const code = "try:\n database.back_up('incr')\nexcept trouble.Trouble as failed:\n print(json.dumps(failed.why))";
    expect(node.python(code)).toContain("cannot be reached");
    expect(asked()).toEqual(["--type=incr"]);
  });

  it("has labels in UTC, whatever the zone of the node", () => {
    backUp("full", "incr");
    expect(new Set(readFileSync(node.place("/zones"), "utf8").trim().split("\n"))).toEqual(new Set(["UTC"]));
  });
});

describe("a clock that no time server sets", () => {
  const notSynchronised = 5;
  /** What `health` shows of the clock. Kernel's states: 0 is well. */
  function clock(state: number, uptimeSeconds: number) {
    const code = [
      "clock.PATIENCE_SECONDS = 900",
      `clock.kernel_state = lambda: ${String(state)}`,
      `clock.uptime_seconds = lambda: ${String(uptimeSeconds)}`,
      'print(json.dumps(next(check for check in checks.report() if check["name"] == "clock")))',
    ].join("\n");
    return node.python(code);
  }

  it("is red, with what to do", () => {
    expect(clock(notSynchronised, 1000)).toEqual({
      name: "clock",
      ok: false,
      detail: expect.stringMatching(/no time server.*What to do: .*systemd-timesyncd/) as unknown,
    });
  });

  it.each([
    ["when a server sets it", 0, 1000],
    ["when a leap second is due", 1, 1000],
    ["shortly after the start", notSynchronised, 800],
    ["when the kernel does not say", -1, 1000],
  ])("is not there %s", (_when, state, uptimeSeconds) => {
    expect(clock(state, uptimeSeconds)).toMatchObject({ ok: true });
  });

  it("is the host's affair in a container", () => {
    node.write("/run/systemd/container", "lxc");
    expect(clock(notSynchronised, 1000)).toMatchObject({ ok: true });
  });

  it("is asked of the kernel", () => {
    const state = node.python("print(clock.kernel_state())");
    expect([0, 1, 2, 3, 4, notSynchronised]).toContain(state);
  });
});

describe("a backup of a time that has not come, as a clock that was ahead leaves it", () => {
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, "");
  function clock(status: object) {
    node.write("/var/lib/imera/backup/status.json", JSON.stringify({ enabledAt: "2026-01-01T00:00:00Z", ...status }));
    return node.python('print(json.dumps(next(check for check in checks.report() if check["name"] == "clock")))');
  }

  it.each(["lastGoodAt", "filesBackupAt"])("is red, whatever wrote it: %s", (name) => {
    const detail = expect.stringMatching(/the clock was ahead, or is behind now.*What to do: .*timedatectl/) as unknown;
    expect(clock({ [name]: at(7200) })).toEqual({ name: "clock", ok: false, detail });
    expect(clock({ [name]: at(60) })).toMatchObject({ ok: true });
    expect(clock({ [name]: at(-7200) })).toMatchObject({ ok: true });
  });

  it("hides no backup of the files that is late", () => {
    const mark = node.write("/run/imera-backup/files-well", "");
    const late = () => {
      node.write("/var/lib/imera/backup/status.json", JSON.stringify({ enabledAt: "2026-01-01T00:00:00Z" }));
      return node.python("clock.uptime_seconds = lambda: 7200.0\nprint(json.dumps(checks.troubles()['files backup']))");
    };
    utimesSync(mark, Date.now() / 1000 + 7200, Date.now() / 1000 + 7200);
    expect(late()).toMatch(/have not been saved for 7200 s/);
    utimesSync(mark, Date.now() / 1000, Date.now() / 1000);
    expect(late()).toBeNull();
  });
});

describe("the time zone of a node", () => {
  /** Words of the step's function, on a machine in that zone. */
  function setZone(zone: string, setting = "") {
    node.fake("date", `echo ${zone}`);
    node.fake("timedatectl", `case $1 in show) echo Pacific/${zone};; *) ${setting || ":"};; esac`);
    const step = join(nodeFiles, "usr/local/lib/imera/steps/20-system");
    return spawnSync("bash", ["--norc", "-c", 'source <(sed "\\$d" "$0"); set_zone', step], {
      encoding: "utf8",
      env: { PATH: `${node.path}/bin:${process.env["PATH"] ?? ""}` },
    });
  }

  it("stays when it is UTC", () => {
    expect(setZone("UTC")).toMatchObject({ stdout: "", stderr: "", status: 0 });
    expect(node.calls()).not.toContain("timedatectl");
  });

  it("becomes UTC when it is another", () => {
    expect(setZone("+14")).toMatchObject({ stdout: "Pacific/+14\n", stderr: "", status: 0 });
    expect(node.calls()).toContain("timedatectl set-timezone UTC\n");
  });

  it("is named when it cannot be set", () => {
    const { stderr, status } = setZone("+14", "echo 'Failed to set time zone: Access denied' >&2; exit 1");
    expect(status).toBe(1);
    expect(stderr).toMatch(/time zone.*Access denied.*What to do:/s);
  });
});
