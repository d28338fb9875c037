import { existsSync, rmSync, utimesSync } from "node:fs";
import { beforeEach, describe, expect, it } from "vitest";
import { nodeRoot, type NodeRoot } from "../testing/node-root.ts";

let node: NodeRoot;
beforeEach(() => {
  node = nodeRoot();
});

describe("what takes long to look at", () => {
  const kept = "/run/imera-watch-node/slow.json";
  /** Examines as often as there are severities of what is found; gives how often each check was run. */
  function examine(...severities: readonly string[]): unknown {
    return node.python(
      [
        "from doctor import examination",
        "from doctor.finding import failure, well",
        "from watch import examinations",
        "examination.certificate = lambda: None",
        "counts = {'fast': 0, 'drift': 0, 'updates': 0, 'passwords': 0}",
        "severity = 'ok'",
        "def look(name):",
        "  counts[name] += 1",
        "  is_well = severity == 'ok' or name != 'drift'",
        "  return [well(name, 'x') if is_well else failure(name, seen='x', wanted='x', meaning='x')]",
        "examinations.CHECKS = {name: (lambda name=name: look(name)) for name in counts}",
        `for severity in ${JSON.stringify(severities)}: found = examinations.latest()`,
        "print(json.dumps([counts, sorted(each['id'] for each in found['findings'])]))",
      ].join("\n"),
    );
  }
  const all = ["drift", "fast", "passwords", "updates"];

  it("is looked at every half hour, and told each time", () => {
    expect(examine("ok", "ok", "ok")).toEqual([{ fast: 3, drift: 1, updates: 1, passwords: 1 }, all]);
    utimesSync(node.place(kept), Date.now() / 1000 - 1900, Date.now() / 1000 - 1900);
    expect(examine("ok")).toEqual([{ fast: 1, drift: 1, updates: 1, passwords: 1 }, all]);
  });

  it("is looked at each time while something of it is wrong", () => {
    expect(examine("error", "error", "ok", "ok")).toEqual([{ fast: 4, drift: 3, updates: 3, passwords: 3 }, all]);
  });

  it("is looked at anew where what was kept is damaged or gone", () => {
    node.write(kept, "{}");
    expect(examine("ok")).toMatchObject([{ drift: 1 }, all]);
    rmSync(node.place(kept));
    expect(examine("ok")).toMatchObject([{ drift: 1 }, all]);
    expect(existsSync(node.place(kept))).toBe(true);
  });
});
