import { utimesSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
  node.fake("apt-get", "");
  node.fake("systemctl", "");
});

const policy = (installed: string, candidate: string) =>
  node.fake(
    "apt-cache",
    `echo 'ejabberd:'; echo '  Installed: ${installed}'; echo '  Candidate: ${candidate}'; echo '  Version table:'`,
  );
const told = () => node.python("from watch import health\nprint(json.dumps(health.updates_that_wait()))");

describe("what health tells of updates", () => {
  it("is how long ago the last daily one ended, where nothing waits", () => {
    policy("26.07-1~bpo13+1", "26.07-1~bpo13+1");
    const threeDaysAgo = Date.now() / 1000 - 3.5 * 86_400;
    utimesSync(node.write("/var/lib/apt/periodic/upgrade-stamp", ""), threeDaysAgo, threeDaysAgo);
    expect(told()).toEqual({ name: "updates", ok: true, detail: "the last daily update ended 3 days ago" });
  });

  it("is not red when an ejabberd and a reboot wait", () => {
    policy("26.07-1~bpo13+1", "26.08-1~bpo13+1");
    node.write("/run/reboot-required", "");
    node.write("/var/lib/apt/periodic/upgrade-stamp", "");
    expect(told()).toEqual({
      name: "updates",
      ok: true,
      detail: "ejabberd 26.08-1~bpo13+1 waits for you; a reboot is due; the last daily update ended 0 days ago",
    });
  });

  it("is not red where apt does not answer", () => {
    node.fake("apt-cache", "echo 'E: could not open lists' >&2; exit 100");
    node.write("/var/lib/apt/periodic/upgrade-stamp", "");
    expect(told()).toMatchObject({ ok: true, detail: "the last daily update ended 0 days ago" });
  });

  it("does not ask apt on a new node, whose proof waits for it", () => {
    policy("26.07-1~bpo13+1", "26.08-1~bpo13+1");
    expect(told()).toMatchObject({ ok: true, detail: "no daily update has ended yet" });
    expect(node.calls()).not.toContain("apt");
  });

  it("is which security fixes are held back, and no other upgrades", () => {
    policy("26.07-1~bpo13+1", "26.07-1~bpo13+1");
    node.write("/var/lib/apt/periodic/upgrade-stamp", "");
    node.fake(
      "apt-get",
      String.raw`printf '%s\n' 'Inst erlang-base [27.3-1] (27.3-2 Debian-Security:13/stable-security [amd64])' 'Inst jq [1-1] (1-2 Debian:13.3/stable [amd64])' 'Inst libssl3 [3.5-1] (3.5-2 Debian:13.3/stable, Debian-Security:13/stable-security [amd64]) []' 'Conf erlang-base (27.3-2 Debian-Security:13/stable-security [amd64])'`,
    );
    expect(told()).toMatchObject({
      ok: true,
      detail: expect.stringContaining("fixes of erlang-base, libssl3 wait") as string,
    });
  });

  it("is which services run with a library that was replaced since they started", () => {
    node.fake("systemctl", `case "$*" in *ejabberd*) echo /system.slice/ejabberd.service;; esac`);
    node.write("/sys/fs/cgroup/system.slice/ejabberd.service/cgroup.procs", "41\n42\n43\n");
    const maps = (process: number, lines: string) => node.write(`/proc/${String(process)}/maps`, lines);
    maps(41, "7f 00:1a 12 /usr/lib/x86_64-linux-gnu/libc.so.6\n7f 00:01 13 /memfd:jit (deleted)\n");
    expect(told()).toMatchObject({ detail: "no daily update has ended yet" });
    maps(42, "7f 00:1a 12 /usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)\n7f 00:1a 13 /usr/lib/libz.so.1\n");
    expect(told()).toMatchObject({
      detail: expect.stringMatching(/^ejabberd\.service run with a library that was replaced/) as string,
    });
  });
});
