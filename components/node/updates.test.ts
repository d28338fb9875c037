import { utimesSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
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
    expect(node.calls()).toBe("");
  });
});
