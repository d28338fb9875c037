import { chmodSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
  node.fake(
    "dpkg-query",
    `printf '%s\n' 'ejabberd ii ' 'erlang-base ii ' 'postgresql-17 ii ' 'libc6 ii ' 'erlang-p1-tls rc '`,
  );
  node.fake("systemctl", "");
  node.fake("erl_call", "cat >/dev/null");
  node.write("/etc/default/ejabberd", "ERLANG_NODE=ejabberd@xmpp1.imera.internal\nERL_DIST_PORT=5210\n");
});

/** Lets apt-get plan these lines, and end the installation with an exit code. */
function apt(planned: string, exitCode = 0) {
  const words = exitCode === 0 ? ":" : `echo 'E: disk full'; exit ${exitCode}`;
  node.fake("apt-get", `case "$*" in *--simulate*) printf '%b' '${planned}';; *update*) ;; *) ${words};; esac`);
}

const both = String.raw`Inst ejabberd [26.07-1] (26.08-1 Debian Backports:trixie-backports [amd64])\nInst erlang-new (2-1 Debian:13 [amd64])\nConf ejabberd (26.08-1 x)\n`;
const python = (code: string) => node.python(`from node import upgrades\n${code}`);
const callsOf = (program: string) =>
  node
    .calls()
    .split("\n")
    .filter((call) => call.startsWith(program) && !call.includes("dpkg-query"));

describe("upgrades of what ejabberd relies on", () => {
  it("are planned by apt for the installed packages of that kind, with what they need", () => {
    apt(both);
    const plan = "print(json.dumps([str(each) for each in upgrades.waiting(upgrades.EJABBERD, upgrades.POSTGRESQL)]))";
    expect(python(plan)).toEqual(["ejabberd 26.07-1 → 26.08-1", "erlang-new new → 2-1"]);
    expect(callsOf("apt-get")).toEqual([
      expect.stringMatching(/ install ejabberd erlang-base postgresql-17$/) as string,
    ]);
    python(plan.replace("upgrades.EJABBERD, ", ""));
    expect(callsOf("apt-get").at(-1)).toMatch(/ install postgresql-17$/);
  });

  it("are installed while ejabberd is stopped and cannot be started", () => {
    apt(both);
    python("upgrades.install(upgrades.waiting(upgrades.EJABBERD), lambda line: None)\nprint('null')");
    const steps = node
      .calls()
      .split("\n")
      .filter((call) => /^systemctl|^apt-get.* install .*=|^erl_call/.test(call));
    expect(steps).toEqual([
      // Its watchers are told before it stops.
      expect.stringMatching(/^erl_call/) as string,
      "systemctl stop ejabberd.service",
      "systemctl mask --runtime ejabberd.service",
      expect.stringMatching(/install ejabberd=26.08-1 erlang-new=2-1$/),
      "systemctl unmask --runtime ejabberd.service",
      "systemctl start ejabberd.service",
    ]);
  });

  it("are installed all the same where the watchers cannot be told, which is said", () => {
    apt("");
    const install = "said = []\nupgrades.install([], said.append)\nprint(json.dumps(said[1]))";
    node.fake("erl_call", "echo 'failed to connect'; exit 1");
    expect(python(install)).toMatch(/^the watchers were not told: failed to connect/);
    node.write("/etc/default/ejabberd", "");
    expect(python(install)).toMatch(/^the watchers were not told: KeyError/);
    expect(callsOf("systemctl").at(-1)).toBe("systemctl start ejabberd.service");
  });

  it("leave ejabberd running where they fail, and say the way back", () => {
    apt(both, 100);
    const code = [
      "try: upgrades.install(upgrades.waiting(upgrades.EJABBERD), lambda line: None)",
      "except trouble.Trouble as failed: print(json.dumps([failed.why, failed.todo]))",
    ].join("\n");
    expect(python(code)).toEqual([
      "disk full",
      expect.stringContaining("'apt-get install --allow-downgrades ejabberd=26.07-1'") as string,
    ]);
    expect(callsOf("systemctl").at(-1)).toBe("systemctl start ejabberd.service");
  });
});

describe("imera-upgrade", () => {
  it("stops nothing where nothing waits", () => {
    apt("");
    const { stdout, status } = node.run("/usr/local/sbin/imera-upgrade", { arguments: ["now"] });
    expect({ stdout, status }).toEqual({ stdout: "nothing waits, nothing was stopped\n", status: 0 });
    expect(callsOf("systemctl")).toEqual([]);
  });

  it("upgrades nothing where the backup fails", () => {
    apt(both);
    chmodSync(node.write("/usr/local/sbin/imera-backup", "#!/bin/sh\necho 'the store is full' >&2\nexit 1\n"), 0o755);
    const { stderr, status } = node.run("/usr/local/sbin/imera-upgrade", { arguments: ["now"] });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^imera-upgrade: the backup failed, so nothing was upgraded\.\n {2}Why: the store is full\./,
    );
    expect(callsOf("systemctl")).toEqual([]);
  });

  it("tells the operator's command what waits, and whether a reboot is due", () => {
    apt(both);
    node.write("/run/reboot-required", "");
    const { stdout } = node.run("/usr/local/sbin/imera-upgrade", { arguments: ["plan"] });
    expect(JSON.parse(stdout)).toMatchObject({
      upgrades: [{ name: "ejabberd" }, { installed: "" }],
      rebootIsDue: true,
    });
  });
});
